import { curvatureAt, type CurvatureKind, sampleRows } from "./logistic_curvature.ts";
import {
  functionsOf,
  type LogisticData,
  type LogisticObjective,
  type LogisticTask,
  widthOf,
} from "./logistic_objective.ts";
import type { StopRule } from "./minimizer.ts";
import type { SmoothResult } from "./logistic_smooth.ts";

/** An objective that also has a weight on the absolute values. */
export interface SparseTask extends LogisticTask {
  /** Weight of the sum of absolute values, beside the mean loss. */
  readonly l1: number;
}

/** Numbers up to which all second derivatives are used. */
const FULL_LIMIT = 1000;
const PASSES = 1000;
const HALVINGS = 40;

/** How far a slope is from what an optimum allows, where `w` has a penalty of l1 on its absolute value. */
function violation(w: number, slope: number, l1: number): number {
  if (w > 0) return Math.abs(slope + l1);
  if (w < 0) return Math.abs(slope - l1);
  return Math.max(0, Math.abs(slope) - l1);
}

/**
 * Minimises slope·d + ½ dᵀHd + Σ l1·|w + d| over d, coordinate by coordinate, visiting those that are zero only now and
 * then, until no coordinate's slope is off by more than `enough`.
 *
 * @param blocks matrices of order `order` on the diagonal of H
 */
function quadraticStep(
  blocks: readonly Float64Array[],
  order: number,
  w: Float64Array,
  slope: Float64Array,
  l1: Float64Array,
  enough: number,
): Float64Array {
  const d = new Float64Array(w.length);
  for (const [b, H] of blocks.entries()) {
    const first = b * order;
    const now = slope.slice(first, first + order);
    let all = true;
    for (let pass = 0; pass < PASSES; pass++) {
      let worst = 0;
      for (let j = 0; j < order; j++) {
        const at = first + j;
        const before = w[at] + d[at];
        const h = H[j * order + j];
        if (h <= 0 || (!all && before === 0)) continue;
        const free = before - now[j] / h;
        const size = Math.abs(free) - l1[at] / h;
        const after = size <= 0 ? 0 : free < 0 ? -size : size;
        const delta = after - before;
        if (delta === 0) continue;
        worst = Math.max(worst, h * Math.abs(delta));
        d[at] += delta;
        for (let i = 0, row = j * order; i < order; i++, row++) now[i] += delta * H[row];
      }
      if (worst > enough) all = false;
      else if (all) break;
      else all = true;
    }
  }
  return d;
}

function penaltyOf(point: Float64Array, l1: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < point.length; i++) sum += l1[i] * Math.abs(point[i]);
  return sum;
}

/**
 * Minimises a logistic objective with a penalty on absolute values by a proximal Newton method: the second-order model
 * is minimised with that penalty by coordinate descent, and a line search guards the step.
 *
 * Sources: J. D. Lee, Y. Sun, M. A. Saunders, "Proximal Newton-type methods for minimizing composite functions", SIAM J.
 * Optimization 24 (2014); G.-X. Yuan, C.-H. Ho, C.-J. Lin, "An improved GLMNET", JMLR 13 (2012).
 */
export function solveSparse(
  objective: LogisticObjective,
  task: SparseTask,
  start: Float64Array,
  { tol, maxIter }: StopRule,
): SmoothResult {
  const { data } = objective;
  const width = widthOf(data);
  const m = data.X.shape[1];
  const size = start.length;
  const l1 = Float64Array.from({ length: size }, (_, i) => i % width < m ? task.l1 : 0);
  const kind: CurvatureKind = size <= FULL_LIMIT ? "full" : "blocks";
  let point = start.slice();
  let slope = new Float64Array(size);
  let [value] = objective.evaluate([task], [point], [slope]);
  let iterations = 0;
  let converged = false;
  for (;; iterations++) {
    let worst = 0;
    for (let i = 0; i < size; i++) worst = Math.max(worst, violation(point[i], slope[i], l1[i]));
    if (worst === 0) {
      converged = true;
      break;
    }
    const curvature = curvatureAt(data, task, point, kind, rowsFor(data, worst <= 10 * tol));
    const step = quadraticStep(curvature.parts, curvature.order, point, slope, l1, Math.max(0.05 * worst, 0.1 * tol));
    const before = penaltyOf(point, l1);
    const end = point.map((v, i) => v + step[i]);
    let gain = penaltyOf(end, l1) - before;
    for (let i = 0; i < size; i++) gain += slope[i] * step[i];
    const total = value + before;
    if (worst <= tol && (-gain <= 2e-5 * total || -gain <= 2e-2 * tol)) {
      converged = true;
      break;
    }
    if (iterations >= maxIter) break;
    const nextSlope = new Float64Array(size);
    let moved = false;
    for (let half = 0, t = 1; half < HALVINGS; half++, t /= 2) {
      const trial = half === 0 ? end : point.map((v, i) => v + t * step[i]);
      const [there] = objective.evaluate([task], [trial], [nextSlope]);
      const slack = 64 * Number.EPSILON * Math.max(1, Math.abs(total));
      if (there + penaltyOf(trial, l1) <= total + 1e-4 * t * gain + slack) {
        moved = trial.some((v, i) => v !== point[i]);
        [point, slope, value] = [trial, nextSlope, there];
        break;
      }
    }
    // Rounding leaves nothing to gain.
    if (!moved) {
      converged = worst <= 10 * tol;
      break;
    }
  }
  if (data.nClasses > 2 && data.fitIntercept) keepMeanIntercept(point, start, width);
  return { point, iterations, converged };
}

/**
 * Of several classes, the constants may all be shifted by the same number: no probability changes. They keep the mean
 * that they started with, so that the optimum that is found is one and the same whatever the way.
 */
function keepMeanIntercept(point: Float64Array, start: Float64Array, width: number): void {
  let shift = 0;
  for (let i = width - 1; i < point.length; i += width) shift += point[i] - start[i];
  shift /= point.length / width;
  for (let i = width - 1; i < point.length; i += width) point[i] -= shift;
}

/** Rows from which second derivatives come: a part of many while the way is long, all of them near the end. */
function rowsFor(data: LogisticData, near: boolean): Int32Array | undefined {
  const width = widthOf(data) * functionsOf(data);
  return near ? undefined : sampleRows(data.X.length, Math.max(8192, 16 * width));
}
