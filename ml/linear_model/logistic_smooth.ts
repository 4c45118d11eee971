import { type Curvature, curvatureAt, type CurvatureKind, preconditionerOf, sampleRows } from "./logistic_curvature.ts";
import { functionsOf, type LogisticData, LogisticObjective, type LogisticTask, widthOf } from "./logistic_objective.ts";
import { Minimizer, type Preconditioner, type StopRule } from "./minimizer.ts";

/** Where a minimisation came to. */
export interface SmoothResult {
  /** Weights and constant of each function, shape [functions, width]. */
  readonly point: Float64Array;
  /** Steps. */
  readonly iterations: number;
  /** Whether the minimum was reached. */
  readonly converged: boolean;
  /** Solves with second derivatives near the point, where it has come to that. */
  readonly precondition?: Preconditioner;
}

/** Numbers up to which all second derivatives are kept. */
const FULL_LIMIT = 160;
/** Elements of matrices of second derivatives up to which they are kept for each function. */
const BLOCKS_LIMIT = 4_000_000;

/** Which second derivatives are worth their while. */
export function curvatureKind(data: LogisticData): CurvatureKind {
  const k = functionsOf(data);
  const width = widthOf(data);
  if (k * width <= FULL_LIMIT) return "full";
  return k * width * width <= BLOCKS_LIMIT && width <= 1000 ? "blocks" : "diagonal";
}

/** Fewest samples of which a part stands for all. */
export const MANY = 20_000;
/** Steps at most on that part: it only has to lead near. */
const SAMPLE_STEPS = 12;
/** Steps from a point near the minimum for which second derivatives there are good enough. */
const NEAR_STEPS = 4;

/** Rows that stand for all: so many that second derivatives from them take about as long as a pass over all. */
function rowsForCurvature(data: LogisticData): Int32Array | undefined {
  const n = data.X.length;
  const width = widthOf(data);
  const affordable = n * Math.min(1, 8 / width);
  return sampleRows(n, Math.ceil(Math.max(4096, 16 * width, Math.min(affordable, n / 6))));
}

/** Part of the data, and the objective on it. */
interface Sample {
  readonly data: LogisticData;
  readonly task: LogisticTask;
}

/** Some of the rows with an objective that stands for the whole's; all of them where they are few. */
function sampleOf(data: LogisticData, task: LogisticTask): Sample {
  const rows = data.X.length < MANY ? undefined : rowsForCurvature(data);
  if (rows === undefined) return { data, task };
  const weight = task.weight && Float64Array.from(rows, (i) => (task.weight as Float64Array)[i]);
  const total = weight === undefined ? rows.length : weight.reduce((a, b) => a + b, 0);
  if (total === 0) return { data, task };
  return {
    data: { ...data, X: data.X.take(rows), codes: rows.map((i) => data.codes[i]) },
    task: { weight, total, l2: task.l2 },
  };
}

/** Solves with second derivatives at a point, estimated from some of the rows. */
export function estimatedPreconditioner(data: LogisticData, task: LogisticTask, point: Float64Array): Preconditioner {
  const sample = sampleOf(data, task);
  return preconditionerOf(curvatureAt(sample.data, sample.task, point, curvatureKind(data)));
}

/** Takes the mean over the functions off what no penalty holds: with a softmax it changes no probability. */
function recentre(data: LogisticData, l2: number, point: Float64Array): void {
  const k = functionsOf(data);
  if (k === 1) return;
  const width = widthOf(data);
  const m = data.X.shape[1];
  for (let j = l2 > 0 ? m : 0; j < width; j++) {
    let mean = 0;
    for (let c = 0; c < k; c++) mean += point[c * width + j] / k;
    for (let c = 0; c < k; c++) point[c * width + j] -= mean;
  }
}

/**
 * Minimises a logistic objective by limited-memory BFGS, preconditioned with second derivatives that are estimated from
 * some of the rows, anew after 1, 2, 4, … steps. Of many rows, those some are solved first (and of them some before), for
 * a start near the end.
 * With `newton` second derivatives are exact, and new at each step.
 *
 * Sources: J. Nocedal, "Updating quasi-Newton matrices with limited storage", Math. of Computation 35 (1980); subsampled
 * second derivatives as in R. Byrd, G. Chin, W. Neveitt, J. Nocedal, "On the use of stochastic Hessian information in
 * optimization methods for machine learning", SIAM J. Optimization 21 (2011).
 */
export function solveSmooth(
  objective: LogisticObjective,
  task: LogisticTask,
  start: Float64Array,
  stop: StopRule,
  newton = false,
): SmoothResult {
  const { data } = objective;
  const sample = newton ? { data, task } : sampleOf(data, task);
  let minimizer = new Minimizer(start, () => {}, stop, !newton);
  let since = 0;
  if (sample.data !== data && start.every((v) => v === 0) && stop.maxIter > 0) {
    const near = solveSample(sample, start, stop.tol);
    const slope = new Float64Array(start.length);
    const [value] = objective.evaluate([task], [near], [slope]);
    // Where all is zero, every class is equally likely.
    if (value < Math.log(data.nClasses)) {
      minimizer = new Minimizer(near, () => {}, stop);
      minimizer.tell(value, slope);
      minimizer.precondition = preconditionerOf(curvatureAt(sample.data, sample.task, near, curvatureKind(data)));
      minimizer.resume();
      since = NEAR_STEPS;
    }
  }
  run(objective, task, minimizer, sample, newton, since);
  recentre(data, task.l2, minimizer.point);
  const { point, iterations, converged, precondition } = minimizer;
  return { point, iterations, converged, precondition };
}

/** Goes on until it ends, with second derivatives from the sample, anew from step `since` on. */
function run(
  objective: LogisticObjective,
  task: LogisticTask,
  minimizer: Minimizer,
  sample: Sample,
  newton: boolean,
  since: number,
): void {
  const slope = new Float64Array(minimizer.point.length);
  const kind = newton ? "full" : curvatureKind(sample.data);
  while (!minimizer.done) {
    const [value] = objective.evaluate([task], [minimizer.point], [slope]);
    if (!minimizer.tell(value, slope)) continue;
    const i = minimizer.iterations;
    if (!minimizer.done && (newton || (i >= since && (i & (i - 1)) === 0))) {
      minimizer.precondition = preconditionerOf(curvatureAt(sample.data, sample.task, minimizer.point, kind));
    }
    minimizer.resume();
  }
}

/** The minimum on a sample, to as many digits as it tells about the whole. */
function solveSample(sample: Sample, start: Float64Array, tol: number): Float64Array {
  using objective = new LogisticObjective(sample.data);
  return solveSmooth(objective, sample.task, start, nearStop(sample, tol)).point;
}

/** When it is near enough. */
function nearStop({ data }: Sample, tol: number): StopRule {
  return { tol: Math.max(tol, 0.1 / Math.sqrt(data.X.length)), maxIter: SAMPLE_STEPS };
}

/** Where one of several minimisations came to, as plain data. */
export interface PathResult {
  /** Weights and constant of each function, shape [functions, width]. */
  readonly point: Float64Array;
  /** Second derivatives near it, unless they are too much to keep. */
  readonly curvature?: Curvature;
}

/** Elements of second derivatives up to which they are worth their way to where folds are solved. */
const TRAVELS = 100_000;

/**
 * Minimises objectives that differ in the penalty alone side by side: on some of the rows first, then on all.
 *
 * @returns undefined for what did not end at its minimum, or where there are too few rows for that to be worth while
 */
export function solvePenalties(
  objective: LogisticObjective,
  tasks: readonly LogisticTask[],
  stop: StopRule,
): (PathResult | undefined)[] {
  const none = tasks.map(() => undefined);
  if (objective.data.X.length < MANY) return none;
  const { points, converged, curvatures } = descendTogether(objective, tasks, stop);
  if (objective.sawNonFinite || curvatures === undefined) return none;
  return points.map((point, i) => {
    if (!converged[i]) return undefined;
    const size = curvatures[i].parts.reduce((n, part) => n + part.length, 0);
    return size > TRAVELS ? { point } : { point, curvature: curvatures[i] };
  });
}

function descendTogether(
  objective: LogisticObjective,
  tasks: readonly LogisticTask[],
  stop: StopRule,
): { points: Float64Array[]; converged: boolean[]; curvatures?: Curvature[] } {
  const { data } = objective;
  const sample = sampleOf(data, tasks[0]);
  if (sample.data === data) {
    const zero = new Float64Array(functionsOf(data) * widthOf(data));
    const results = tasks.map((task) => solveSmooth(objective, task, zero, stop));
    return { points: results.map((r) => r.point), converged: results.map((r) => r.converged) };
  }
  const some = tasks.map(({ l2 }) => ({ ...sample.task, l2 }));
  using inner = new LogisticObjective(sample.data);
  const { points: near } = descendTogether(inner, some, nearStop(sample, stop.tol));
  const kind = curvatureKind(data);
  const curvatures = some.map((task, i) => curvatureAt(sample.data, task, near[i], kind));
  const results = solveTogether(objective, tasks, near, curvatures.map(preconditionerOf), stop);
  return { points: results.map((r) => r.point), converged: results.map((r) => r.converged), curvatures };
}

/** Minimises several objectives side by side, with a preconditioner for each. */
export function solveTogether(
  objective: LogisticObjective,
  tasks: readonly LogisticTask[],
  starts: readonly Float64Array[],
  preconditions: readonly Preconditioner[],
  stop: StopRule,
): SmoothResult[] {
  const minimizers = starts.map((start, i) => new Minimizer(start, preconditions[i], stop));
  const slopes = starts.map((start) => new Float64Array(start.length));
  for (;;) {
    const open = minimizers.flatMap((m, i) => m.done ? [] : [i]);
    if (open.length === 0) break;
    const values = objective.evaluate(
      open.map((i) => tasks[i]),
      open.map((i) => minimizers[i].point),
      open.map((i) => slopes[i]),
    );
    for (const [at, i] of open.entries()) if (minimizers[i].tell(values[at], slopes[i])) minimizers[i].resume();
  }
  return minimizers.map((m, i) => {
    recentre(objective.data, tasks[i].l2, m.point);
    return { point: m.point, iterations: m.iterations, converged: m.converged };
  });
}
