import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import type { FitFamily, FitKey, FitPlan, PlannedFit, PlannedPart, PlannedStage } from "../base/mod.ts";
import { checkRegression, type RegressionData } from "./linear_regressor.ts";
import {
  addMoments,
  GRAM_LIMIT,
  type Moments,
  noMoments,
  type NormalEquations,
  normalEquations,
  shiftOf,
  withoutPart,
} from "./moments.ts";
import { configured, scoresAt } from "./planning.ts";

/** What a linear regressor's class has to have its fits planned by the normal equations. */
export interface EquationRegressor {
  /** Whether to learn a constant. */
  readonly fitIntercept: boolean;
  /** Whether it can be solved by the normal equations. @internal */
  fitsByEquations(): boolean;
  /** Checks hyperparameters. @internal */
  checkOptions(): void;
  /** Solves and stores what was learned; false where the equations do not do. @internal */
  keepByEquations(equations: NormalEquations, n: number, X: MatrixLike, flat: boolean): boolean;
  /** The target of each sample. */
  predict(X: MatrixLike): Promise<NDArray<Float64Array>>;
  /** What was learned. */
  readonly coef_: NDArray<Float64Array>;
  /** What was learned. */
  readonly intercept_: number | NDArray<Float64Array>;
}

/** A stage for those with a constant and one for those without: sums and products of each split. Then a part a split. */
export function planRegression(family: FitFamily): FitPlan | null {
  const { candidates, splits } = family;
  const kinds = new Map<boolean, number[]>();
  for (const candidate of candidates.keys()) {
    const model = configured<EquationRegressor>(family, candidate);
    if (!model.fitsByEquations()) continue;
    kinds.set(model.fitIntercept, [...kinds.get(model.fitIntercept) ?? [], candidate]);
  }
  if (kinds.size === 0 || splits.length * candidates.length < 2) return null;
  const stages: PlannedStage[] = [];
  const parts: PlannedPart[] = [];
  for (const [fitIntercept, members] of kinds) {
    stages.push({ cost: 10, task: fitIntercept });
    for (const split of splits.keys()) {
      const fits: FitKey[] = members.map((candidate) => ({ candidate, split }));
      parts.push({ cost: fits.length, task: null, fits, stages: [stages.length - 1] });
    }
  }
  return { stages, parts };
}

function dataOf({ X, y, sampleWeight }: FitFamily): RegressionData {
  return checkRegression("fit", X, y as VectorLike, sampleWeight);
}

/** The normal equations of the training samples of each split, in one pass over the samples where test sets divide them. */
export function equationsOfSplits(family: FitFamily, fitIntercept: boolean): (NormalEquations | null)[] {
  const data = dataOf(family);
  const { X, Y, weight } = data;
  const [n, m] = X.shape;
  if (m > GRAM_LIMIT) return family.splits.map(() => null);
  const width = m + Y.shape[1];
  const shift = fitIntercept ? shiftOf(X, Y) : new Float64Array(width);
  const momentsOf = (rows?: Int32Array): Moments => {
    const moments = noMoments(width, shift);
    addMoments(moments, X, Y, weight, rows);
    return moments;
  };
  // Where each training set is what its test set leaves, and test sets are together all samples, the whole is their sum.
  const complementary = family.splits.every(([train, test]) => isDivision(n, [train, test]));
  let trains: Moments[];
  if (complementary) {
    const tests = family.splits.map(([, test]) => momentsOf(test));
    const whole = isDivision(n, family.splits.map(([, test]) => test)) ? sumOf(tests) : momentsOf();
    trains = tests.map((test) => withoutPart(whole, test));
  } else trains = family.splits.map(([train]) => momentsOf(train));
  return trains.map((moments, s) =>
    family.splits[s][0].length > m && moments.weight > 0 ? normalEquations(moments, m, fitIntercept) : null
  );
}

function sumOf(parts: readonly Moments[]): Moments {
  const { width, shift } = parts[0];
  const out = noMoments(width, shift);
  for (const part of parts) {
    out.weight += part.weight;
    for (let i = 0; i < width; i++) out.sums[i] += part.sums[i];
    for (let i = 0; i < width * width; i++) out.products[i] += part.products[i];
  }
  return out;
}

/** Whether each sample is in one of some sets, and in one only. */
function isDivision(n: number, sets: readonly Int32Array[]): boolean {
  const seen = new Uint8Array(n);
  let count = 0;
  for (const set of sets) {
    for (const i of set) {
      if (seen[i] === 1) return false;
      seen[i] = 1;
      count++;
    }
  }
  return count === n;
}

/** Fits all candidates on one split from its normal equations. */
export function* performRegression(
  family: FitFamily,
  { fits }: PlannedPart,
  shared: readonly unknown[],
): Iterable<PlannedFit> {
  const [splits] = shared as [(NormalEquations | null)[]];
  const data = dataOf(family);
  for (const { candidate, split } of fits) {
    const equations = splits[split];
    if (equations === null || equations === undefined) continue;
    const started = performance.now();
    const model = configured<EquationRegressor>(family, candidate);
    model.checkOptions();
    const [train, test] = family.splits[split];
    if (!model.keepByEquations(equations, train.length, family.X, data.flat)) continue;
    const fitTime = (performance.now() - started) / 1000;
    const predictions = (rows: Int32Array): { predict: NDArray<Float64Array> } => {
      const b = model.intercept_;
      const scores = scoresAt(data.X, rows, model.coef_.data, typeof b === "number" ? Float64Array.of(b) : b.data);
      return { predict: new NDArray(scores, data.flat ? [rows.length] : [rows.length, data.Y.shape[1]]) };
    };
    const test_ = predictions(test);
    yield {
      candidate,
      split,
      fitTime,
      scoreTime: (performance.now() - started) / 1000 - fitTime,
      test: test_,
      ...(family.onTrain ? { train: predictions(train) } : {}),
      make: () => model,
    };
  }
}
