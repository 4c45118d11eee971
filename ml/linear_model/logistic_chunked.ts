import { registerInternals } from "../../actors/mod.ts";
import { type Labels, NDArray } from "../array/mod.ts";
import {
  type ChunkedInput,
  classesOf,
  codesOfBlock,
  combineInTree,
  cutAlike,
  partialsOf,
  wholeRows,
} from "../by_block/mod.ts";
import {
  checkArray,
  checkClassificationTargets,
  type ClassWeight,
  computeClassWeight,
  InvalidInputError,
} from "../utils/mod.ts";
import { functionsOf, type LogisticData, LogisticObjective, type LogisticTask, widthOf } from "./logistic_objective.ts";
import { estimatedPreconditioner, type SmoothResult, solveSmooth } from "./logistic_smooth.ts";
import { Minimizer, type StopRule } from "./minimizer.ts";

/** Rows, drawn evenly, that stand for all: for a start near the end, and second derivatives. */
const SAMPLE = 20_000;

/** What every pass over the blocks is told beside the point. */
export interface LogisticPass {
  /** All classes. */
  readonly classes: Labels;
  /** Weight of each class; null where all are 1. */
  readonly classWeight: Float64Array | null;
  /** Weight of all samples together. */
  readonly total: number;
  /** Whether there is a constant. */
  readonly fitIntercept: boolean;
}

/** A block's part of value and slope. */
export interface LogisticPartial {
  /** Part of the mean loss. */
  readonly value: number;
  /** Part of its slope. */
  readonly slope: Float64Array;
}

/** Value and slope of the mean loss at a point: a block's part. */
export function logisticOfBlock(X: NDArray, y: NDArray, pass: LogisticPass, point: Float64Array): LogisticPartial {
  const { classes, classWeight, total, fitIntercept } = pass;
  const slope = new Float64Array(point.length);
  if (X.length === 0) return { value: 0, slope };
  const codes = codesOfBlock(y, classes);
  const weight = classWeight === null ? undefined : Float64Array.from(codes, (c) => classWeight[c]);
  const table = checkArray(X, { forceAllFinite: false });
  using objective = new LogisticObjective({ X: table, codes, nClasses: classes.size, fitIntercept });
  const [value] = objective.evaluate([{ weight, total, l2: 0 }], [point], [slope]);
  return { value, slope };
}

/** Rows of a block at even distances, and their labels' numbers. */
export function evenRows(X: NDArray, y: NDArray, classes: Labels, step: number): { X: NDArray; codes: Int32Array } {
  const rows = Int32Array.from({ length: Math.ceil(X.length / step) }, (_, i) => Math.floor(i * step));
  const codes = codesOfBlock(y, classes);
  return { X: X.take(rows), codes: rows.map((i) => codes[i]) };
}

/** What is learned from samples in blocks. */
export interface ChunkedLogistic {
  readonly result: SmoothResult;
  /** A sample of the data: for its shape. */
  readonly data: LogisticData;
  readonly classes: Labels;
}

/**
 * Minimises the logistic objective over samples in blocks: a pass for each value and slope, which are sums over the blocks. It starts from the minimum
 * on an even sample of the rows, whose second derivatives precondition it.
 */
export async function fitLogisticBlocks(
  X: ChunkedInput,
  y: unknown,
  options: {
    readonly classWeight: ClassWeight;
    readonly fitIntercept: boolean;
    readonly C: number;
    readonly stop: StopRule;
  },
): Promise<ChunkedLogistic> {
  const caller = "LogisticRegression.fit";
  const samples = wholeRows(X, caller);
  const [labels] = cutAlike(samples, { y }, caller);
  const { classes, counts } = await classesOf(labels, caller);
  checkClassificationTargets(classes, caller);
  const k = classes.size;
  if (k < 2) throw new InvalidInputError(`${caller}: y has ${k} class (${classes.data[0]}); at least two are needed`);
  const n = counts.reduce((a, b) => a + b, 0);
  const given = options.classWeight ?? null;
  const classWeight = given === null
    ? null
    : given === "balanced"
    ? counts.map((c) => n / (k * c))
    : computeClassWeight(given, { classes, codes: new Int32Array(0), counts: new Int32Array(k) });
  const total = classWeight === null ? n : counts.reduce((a, c, i) => a + c * classWeight[i], 0);
  const l2 = options.C === Infinity ? 0 : 1 / (options.C * total);
  const step = Math.max(1, n / SAMPLE);
  const some = await partialsOf([samples, labels], evenRows, classes, step);
  const data = sampleData(some, samples.shape[1], k, options.fitIntercept);
  if (!data.X.data.every(Number.isFinite)) throw nonFinite(caller);
  const weight = classWeight === null ? undefined : Float64Array.from(data.codes, (c) => classWeight[c]);
  const task: LogisticTask = { weight, total: weight?.reduce((a, b) => a + b, 0) ?? data.codes.length, l2 };
  const pass: LogisticPass = { classes, classWeight, total, fitIntercept: options.fitIntercept };
  const evaluate = async (point: Float64Array): Promise<LogisticPartial> => {
    const parts = await partialsOf([samples, labels], logisticOfBlock, pass, point);
    const sum = combineInTree(
      parts,
      (a, b) => ({ value: a.value + b.value, slope: a.slope.map((v, i) => v + b.slope[i]) }),
    );
    if (!Number.isFinite(sum.value) || !sum.slope.every(Number.isFinite)) {
      const bad = parts.findIndex((p) => !Number.isFinite(p.value) || !p.slope.every(Number.isFinite));
      throw nonFinite(caller, bad);
    }
    return withPenalty(sum, point, data, l2);
  };
  const result = await descend(data, task, options.stop, evaluate);
  return { result, data, classes };
}

function nonFinite(caller: string, block?: number): InvalidInputError {
  const where = block === undefined ? "" : `, first in block ${block}`;
  return new InvalidInputError(`${caller}: X holds NaN or infinities, or values too large to compute with${where}`);
}

function sampleData(
  some: readonly { X: NDArray; codes: Int32Array }[],
  m: number,
  nClasses: number,
  fitIntercept: boolean,
): LogisticData {
  const rows = some.reduce((a, s) => a + s.codes.length, 0);
  const table = new Float64Array(rows * m), codes = new Int32Array(rows);
  let at = 0;
  for (const part of some) {
    table.set(checkArray(part.X, { forceAllFinite: false, ensureMinSamples: 0 }).data, at * m);
    codes.set(part.codes, at);
    at += part.codes.length;
  }
  return { X: new NDArray(table, [rows, m]), codes, nClasses, fitIntercept };
}

/** The penalty on squares of the weights, constants left out. */
function withPenalty(
  { value, slope }: LogisticPartial,
  point: Float64Array,
  data: LogisticData,
  l2: number,
): LogisticPartial {
  const width = widthOf(data);
  const m = data.X.shape[1];
  let squares = 0;
  const out = slope.slice();
  for (let c = 0; c < functionsOf(data); c++) {
    for (let at = c * width; at < c * width + m; at++) {
      squares += point[at] ** 2;
      out[at] += l2 * point[at];
    }
  }
  return { value: value + l2 / 2 * squares, slope: out };
}

async function descend(
  data: LogisticData,
  task: LogisticTask,
  stop: StopRule,
  evaluate: (point: Float64Array) => Promise<LogisticPartial>,
): Promise<SmoothResult> {
  const zero = new Float64Array(functionsOf(data) * widthOf(data));
  let start: Float64Array = zero;
  if (stop.maxIter > 0) {
    using objective = new LogisticObjective(data);
    start = solveSmooth(objective, task, zero, stop).point;
  }
  const minimizer = new Minimizer(start, () => {}, stop);
  while (!minimizer.done) {
    const { value, slope } = await evaluate(minimizer.point);
    if (!minimizer.tell(value, slope)) continue;
    const i = minimizer.iterations;
    if (!minimizer.done && (i & (i - 1)) === 0) {
      minimizer.precondition = estimatedPreconditioner(data, task, minimizer.point);
    }
    minimizer.resume();
  }
  const { point, iterations, converged } = minimizer;
  return { point, iterations, converged };
}

registerInternals({ logisticOfBlock, evenRows });
