import type { NDArray } from "../array/mod.ts";

/** What scikit-learn's loaders have as options. */
export const loaderLeftOut: Readonly<Record<string, string>> = {
  returnXy: "take X and y of what is given",
  asFrame: "take X, y and featureNames of what is given",
};

/** A data set that comes with the library. */
export interface Dataset<Target extends Int32Array | Float64Array = Int32Array> {
  /** Samples, shape [nSamples, nFeatures]. */
  X: NDArray<Float64Array>;
  /** Target of each sample, shape [nSamples]. */
  y: NDArray<Target>;
  /** The same array as `X`, by scikit-learn's name. */
  data: NDArray<Float64Array>;
  /** The same array as `y`, by scikit-learn's name. */
  target: NDArray<Target>;
  /** Name of each feature. */
  featureNames: string[];
  /** Name of each class; empty for numbers as targets. */
  targetNames: string[];
  /** What it is and where it is from. */
  DESCR: string;
}
