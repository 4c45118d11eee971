import type { CriterionData } from "./criterion.ts";
import { SumCriterion } from "./sum_criterion.ts";

/** Sums below this count as none. */
const EPSILON = 2.220446049250313e-16;

/** Criteria on the sums of numbers. */
abstract class NumberCriterion extends SumCriterion {
  constructor(data: CriterionData) {
    super(data, data.nOutputs);
  }

  protected override add(sums: Float64Array, from: number, to: number, sign: 1 | -1, mass: number): number {
    const { data: { y, nOutputs, weight }, samples } = this;
    const n = (to - from) * sign;
    for (let j = 0; j < n; j++) {
      const i = samples[from + j * sign];
      const w = weight === null ? sign : sign * weight[i];
      for (let k = 0; k < nOutputs; k++) sums[k] += w * y[i * nOutputs + k];
      mass += w;
    }
    return mass;
  }
}

/** Mean squared distance from the mean. */
export class SquaredError extends NumberCriterion {
  /** Sum of the squares of the node's numbers. */
  private squares = 0;

  /** Sums and squares in one pass: most nodes are looked at once. */
  protected override total(): void {
    const { data: { y, nOutputs, weight }, samples, sumTotal } = this;
    sumTotal.fill(0);
    let mass = 0;
    let squares = 0;
    for (let p = this.start; p < this.end; p++) {
      const i = samples[p];
      const w = weight === null ? 1 : weight[i];
      for (let k = 0; k < nOutputs; k++) {
        const v = y[i * nOutputs + k];
        sumTotal[k] += w * v;
        squares += w * v * v;
      }
      mass += w;
    }
    this.weightNode = mass;
    this.squares = squares;
  }

  private impurityOf(squares: number, sums: Float64Array, mass: number): number {
    let impurity = squares / mass;
    for (let k = 0; k < sums.length; k++) impurity -= (sums[k] / mass) * (sums[k] / mass);
    return impurity / sums.length;
  }

  override nodeImpurity(): number {
    return this.impurityOf(this.squares, this.sumTotal, this.weightNode);
  }

  override proxyImprovement(): number {
    let left = 0;
    let right = 0;
    for (let k = 0; k < this.sumLeft.length; k++) {
      left += this.sumLeft[k] * this.sumLeft[k];
      right += this.sumRight[k] * this.sumRight[k];
    }
    return left / this.weightLeft + right / this.weightRight;
  }

  override childrenImpurity(): void {
    const { data: { y, nOutputs, weight }, samples } = this;
    let squares = 0;
    for (let p = this.start; p < this.pos; p++) {
      const i = samples[p];
      const w = weight === null ? 1 : weight[i];
      for (let k = 0; k < nOutputs; k++) {
        const v = y[i * nOutputs + k];
        squares += w * v * v;
      }
    }
    this.impurityLeft = this.impurityOf(squares, this.sumLeft, this.weightLeft);
    this.impurityRight = this.impurityOf(this.squares - squares, this.sumRight, this.weightRight);
  }
}

/** Half the Poisson deviance from the mean. */
export class Poisson extends NumberCriterion {
  private lossOf(start: number, end: number, sums: Float64Array, mass: number): number {
    const { data: { y, nOutputs, weight }, samples } = this;
    let loss = 0;
    for (let k = 0; k < nOutputs; k++) {
      if (sums[k] <= EPSILON) return Infinity;
      const mean = sums[k] / mass;
      for (let p = start; p < end; p++) {
        const i = samples[p];
        const v = y[i * nOutputs + k];
        if (v !== 0) loss += (weight === null ? 1 : weight[i]) * v * Math.log(v / mean);
      }
    }
    return loss / (mass * nOutputs);
  }

  override nodeImpurity(): number {
    return this.lossOf(this.start, this.end, this.sumTotal, this.weightNode);
  }

  override proxyImprovement(): number {
    let left = 0;
    let right = 0;
    for (let k = 0; k < this.sumLeft.length; k++) {
      const l = this.sumLeft[k];
      const r = this.sumRight[k];
      // A side that predicts 0 would rule out all counts above it.
      if (l <= EPSILON || r <= EPSILON) return -Infinity;
      left -= l * (Math.log(l / this.weightLeft) / Math.LN2);
      right -= r * (Math.log(r / this.weightRight) / Math.LN2);
    }
    return -left - right;
  }

  override childrenImpurity(): void {
    this.impurityLeft = this.lossOf(this.start, this.pos, this.sumLeft, this.weightLeft);
    this.impurityRight = this.lossOf(this.pos, this.end, this.sumRight, this.weightRight);
  }
}
