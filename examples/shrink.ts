/** A transformer of one's own: `module` says where it comes from, and so it travels by reference. */

import { BaseEstimator, type MatrixLike, type NDArray, toNDArray, TransformerMixin } from "../mod.ts";

/** Multiplies every value by a factor. */
export class Shrink extends TransformerMixin(BaseEstimator) {
  static readonly module = import.meta.url;
  static override readonly defaults = { factor: 0.5 };
  declare factor: number;
  declare nFeaturesIn_: number;

  constructor(options: { factor?: number } = {}) {
    super(options);
  }

  fit(X: MatrixLike): Promise<this> {
    this.nFeaturesIn_ = toNDArray(X).shape[1];
    return Promise.resolve(this);
  }

  transform(X: MatrixLike): Promise<NDArray> {
    return Promise.resolve(toNDArray(X).map((v) => Number(v) * this.factor));
  }
}

/** Fits a clone of it somewhere, and says what became of the first row. */
export async function shrinkFirstRow(shrink: Shrink, X: MatrixLike): Promise<number[]> {
  const small = await (await shrink.fit(X)).transform(X);
  return Array.from(small.row(0), Number);
}
