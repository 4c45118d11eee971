import {
  assignBlock,
  finishLloyd,
  inertiaOf,
  type LloydCenters,
  type LloydPartial,
  lloydPartial,
  relocateEmpty,
  startLloyd,
} from "./lloyd.ts";
import type { KMeansSession } from "./kmeans_session.ts";
import type { Rows } from "./rows.ts";

/** How one run goes on. */
export interface RunOptions {
  /** Iterations at most. */
  readonly maxIter: number;
  /** The run ends when the centres together move by no more than the root of this. */
  readonly tol: number;
  /** Whether to tell of every iteration. */
  readonly verbose: boolean;
}

/** What a run came to. */
export interface RunResult {
  /** Cluster of each sample. */
  readonly labels: Int32Array;
  /** The centres, shape [k, nFeatures]. */
  readonly centers: Float64Array;
  /** Weighted sum of squared distances. */
  readonly inertia: number;
  /** Iterations done. */
  readonly nIter: number;
}

/** One block, and the two things that are done with it. */
interface Worker {
  readonly labels: Int32Array;
  /** Labels and sums. */
  partial(state: LloydCenters): LloydPartial;
  /** Labels only. */
  assign(state: LloydCenters): number;
  /** Weighted sum of squared distances. */
  inertia(centers: Float64Array): number;
}

function workerOf(rows: Rows, session: KMeansSession | undefined): Worker {
  if (session !== undefined) {
    session.restart();
    return {
      labels: session.labels,
      partial: (state) => session.partial(state),
      assign: (state) => session.assign(state),
      inertia: (centers) => session.inertia(centers),
    };
  }
  const block = startLloyd(rows);
  return {
    inertia: (centers) => inertiaOf(rows, block.labels, centers),
    labels: block.labels,
    partial: (state) => lloydPartial(block, state),
    assign: (state) => assignBlock(block, state),
  };
}

/**
 * Moves centres to the means of their clusters until no label changes, the centres hardly move, or there were enough
 * iterations.
 *
 * @param rows the samples
 * @param start the centres to begin with, shape [k, nFeatures]
 * @param k number of clusters
 * @param session where the samples are, if they were brought where kernels compute
 */
export function runOnce(
  rows: Rows,
  start: Float64Array,
  k: number,
  options: RunOptions,
  session?: KMeansSession,
): RunResult {
  const worker = workerOf(rows, session);
  const { labels } = worker;
  let state: LloydCenters = { k, centers: start };
  let strict = false;
  let nIter = 0;
  while (nIter < options.maxIter) {
    const total = worker.partial(state);
    relocateEmpty(total, rows, labels, state);
    const next = finishLloyd(total, state);
    state = next;
    if (options.verbose) console.log(`Iteration ${nIter}, inertia ${worker.inertia(next.centers)}.`);
    nIter++;
    if (total.changed === 0) {
      strict = true;
      if (options.verbose) console.log(`Converged at iteration ${nIter - 1}: strict convergence.`);
      break;
    }
    const moved = next.shift.reduce((a, s) => a + s * s, 0);
    if (moved <= options.tol) {
      if (options.verbose) {
        console.log(`Converged at iteration ${nIter - 1}: center shift ${moved} within tolerance ${options.tol}.`);
      }
      break;
    }
  }
  // Labels belong to the centres that are given back.
  if (!strict) worker.assign(state);
  return { labels: labels.slice(), centers: state.centers, inertia: worker.inertia(state.centers), nIter };
}
