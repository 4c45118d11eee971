import { clone, NDArray, type Params } from "../../../mod.ts";
import type { FitFamily, FitPlan, PlannedFit, PlannedPart } from "../../../mod.ts";
import { BaseEstimator, ClassifierMixin, type MatrixLike, toNDArray } from "../../../mod.ts";

/** Predicts class 1 where the first feature is above `cut` times its mean over the training samples. */
export class Threshold extends ClassifierMixin(BaseEstimator) {
  static readonly module: string = import.meta.url;
  static override readonly defaults: Readonly<Params> = { cut: 1, fail: false };
  declare cut: number;
  declare fail: boolean;
  declare level_: number;
  declare classes_: NDArray<Int32Array>;

  fit(X: MatrixLike, _y?: unknown, weight?: ArrayLike<number>): Promise<this> {
    if (this.fail) return Promise.reject(new RangeError("told to fail"));
    const table = toNDArray(X) as NDArray<Float64Array>;
    let sum = 0, mass = 0;
    for (let i = 0; i < table.length; i++) {
      const w = weight === undefined
        ? 1
        : Number("data" in weight ? (weight as { data: number[] }).data[i] : weight[i]);
      sum += w * table.get(i, 0);
      mass += w;
    }
    this.level_ = this.cut * sum / mass;
    this.classes_ = new NDArray(Int32Array.of(0, 1));
    return Promise.resolve(this);
  }
  decisionFunction(X: MatrixLike): Promise<NDArray<Float64Array>> {
    const table = toNDArray(X) as NDArray<Float64Array>;
    return Promise.resolve(table.col(0).map((v) => v - this.level_));
  }
  async predict(X: MatrixLike): Promise<NDArray<Int32Array>> {
    return (await this.decisionFunction(X)).map((v) => v > 0 ? 1 : 0, "int32");
  }
}

/** The same, planned: the sums of all samples are a stage, and a part for each split takes them as input. */
export class PlannedThreshold extends Threshold {
  static override readonly module: string = import.meta.url;

  static planFits({ candidates, splits }: FitFamily): FitPlan {
    const taken = [...candidates.keys()].filter((c) => candidates[c]?.cut !== 7);
    return {
      stages: [{ cost: 1, task: "sums" }],
      parts: splits.map((_, split) => ({
        cost: 1 + split,
        stages: [0],
        task: null,
        fits: taken.map((candidate) => ({ candidate, split })),
      })),
    };
  }

  static performStage({ X, sampleWeight }: FitFamily): { sum: number; mass: number } {
    const table = toNDArray(X) as NDArray<Float64Array>;
    const w = sampleWeight === null || sampleWeight === undefined ? undefined : toNDArray(sampleWeight as number[]);
    const sum = table.col(0).map((v, i) => v * Number(w?.data[i] ?? 1)).sum();
    return { sum, mass: w === undefined ? table.length : (w as NDArray<Float64Array>).sum() };
  }

  static *performPart(
    { X, estimator, candidates, splits, sampleWeight, wanted, onTrain }: FitFamily,
    { fits }: PlannedPart,
    [total]: readonly unknown[],
  ): Generator<PlannedFit> {
    const table = toNDArray(X) as NDArray<Float64Array>;
    const weights = sampleWeight === null || sampleWeight === undefined
      ? undefined
      : toNDArray(sampleWeight as number[]);
    for (const { candidate, split } of fits) {
      const params = candidates[candidate];
      const fitted = clone(estimator) as PlannedThreshold;
      if (params !== null) fitted.setParams(params);
      if (fitted.fail) throw new Error("not by this way");
      let { sum, mass } = total as { sum: number; mass: number };
      const [train, test] = splits[split];
      for (const i of test) {
        const w = Number(weights?.data[i] ?? 1);
        sum -= w * table.get(i, 0);
        mass -= w;
      }
      fitted.level_ = fitted.cut * sum / mass;
      fitted.classes_ = new NDArray(Int32Array.of(0, 1));
      const known = (rows: Int32Array) => {
        const decisionFunction = table.take(rows).col(0).map((v) => v - fitted.level_);
        return { decisionFunction, predict: decisionFunction.map((v) => v > 0 ? 1 : 0, "int32") };
      };
      PlannedThreshold.asked.push([...wanted]);
      yield {
        candidate,
        split,
        fitTime: 1e-3,
        test: known(test),
        train: onTrain ? known(train) : undefined,
        make: () => {
          PlannedThreshold.made++;
          return fitted;
        },
      };
    }
  }

  /** What happened in this thread. */
  static asked: string[][] = [];
  static made = 0;
}

/** Inherits the plan, and fits otherwise. */
export class Inverted extends PlannedThreshold {
  static override readonly module: string = import.meta.url;
  override async predict(X: MatrixLike): Promise<NDArray<Int32Array>> {
    return (await super.predict(X)).map((v) => 1 - v, "int32");
  }
}

/** Its stages and parts always fail. */
export class Broken extends Threshold {
  static override readonly module: string = import.meta.url;
  static planFits({ candidates, splits }: FitFamily): FitPlan {
    const fits = candidates.flatMap((_, candidate) => splits.map((_, split) => ({ candidate, split })));
    return {
      stages: [{ cost: 1, task: 0 }],
      parts: [{ cost: 1, task: 0, fits: fits.slice(0, 2) }, { cost: 2, stages: [0], task: 0, fits: fits.slice(2) }],
    };
  }
  static performStage(): never {
    throw new Error("a stage that breaks");
  }
  static performPart(): never {
    throw new Error("a part that breaks");
  }
}
