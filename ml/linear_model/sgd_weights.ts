/**
 * Weights as a factor times a vector, so that shrinking all of them costs one multiplication; and their running mean in
 * a form that a step changes only where the sample is.
 *
 * Source: L. Bottou, "Stochastic gradient descent tricks", Neural Networks: Tricks of the Trade (2012), 5.1 and 5.2.
 */
export class ScaledWeights {
  /** Factor of all weights. */
  scale = 1;
  /** Sum of the squares of the weights, as of the last change by a sample. */
  squares = 0;
  /** Sum of their absolute values, as of the last change by a sample. */
  absolutes = 0;
  private a = 0;
  private b = 1;

  /** Over weights and, where it is wanted, their mean; both are changed in place. */
  constructor(readonly w: Float64Array, readonly mean: Float64Array | undefined) {
    for (let j = 0; j < w.length; j++) {
      this.squares += w[j] * w[j];
      this.absolutes += Math.abs(w[j]);
    }
  }

  /** Their product with a row of `x`. */
  dot(x: Float64Array, at: number): number {
    const { w } = this;
    let sum = 0;
    for (let j = 0; j < w.length; j++) sum += w[j] * x[at + j];
    return sum * this.scale;
  }

  /** Adds `c` times a row. */
  add(x: Float64Array, at: number, c: number): void {
    const { w, scale } = this;
    const step = c / scale;
    let squares = 0, absolutes = 0;
    for (let j = 0; j < w.length; j++) {
      const v = w[j] + x[at + j] * step;
      w[j] = v;
      squares += v * v;
      absolutes += Math.abs(v);
    }
    this.squares = squares * scale * scale;
    this.absolutes = absolutes * scale;
  }

  /** Multiplies all by a factor that is not negative. */
  shrink(factor: number): void {
    this.scale *= factor;
    this.squares *= factor * factor;
    this.absolutes *= factor;
    if (this.scale < 1e-9) this.settle();
  }

  /** Takes the weights, after `c` times a row was added to them, into the mean of `count` of them. */
  addToMean(x: Float64Array, at: number, c: number, count: number): void {
    const mean = this.mean as Float64Array;
    const step = this.a * (-c / this.scale);
    for (let j = 0; j < mean.length; j++) mean[j] += x[at + j] * step;
    if (count > 1) this.b /= 1 - 1 / count;
    this.a += this.b * this.scale / count;
  }

  /** Brings weights and mean to their plain form. */
  settle(): void {
    const { w, mean, a, b, scale } = this;
    if (mean !== undefined) {
      for (let j = 0; j < mean.length; j++) mean[j] = (mean[j] + a * w[j]) / b;
      this.a = 0;
      this.b = 1;
    }
    for (let j = 0; j < w.length; j++) w[j] *= scale;
    this.scale = 1;
  }

  /**
   * Moves weights towards zero by what the penalty on absolute values has come to since they were last moved; `paid` is
   * what each has paid so far.
   *
   * Source: Y. Tsuruoka, J. Tsujii, S. Ananiadou, "Stochastic gradient descent training for l1-regularized log-linear
   * models with cumulative penalty", ACL (2009).
   */
  truncate(paid: Float64Array, due: number): void {
    const { w, scale } = this;
    for (let j = 0; j < w.length; j++) {
      const before = w[j];
      if (scale * before > 0) w[j] = Math.max(0, before - (due + paid[j]) / scale);
      else if (scale * before < 0) w[j] = Math.min(0, before + (due - paid[j]) / scale);
      paid[j] += scale * (w[j] - before);
    }
  }
}
