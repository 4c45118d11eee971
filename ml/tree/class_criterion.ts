import type { CriterionData } from "./criterion.ts";
import { SumCriterion } from "./sum_criterion.ts";

/** Criteria on the weights of the classes. */
abstract class ClassCriterion extends SumCriterion {
  protected readonly stride: number;

  /** @param nClasses how many classes each target has */
  constructor(data: CriterionData, protected readonly nClasses: readonly number[]) {
    const stride = Math.max(...nClasses);
    super(data, stride * data.nOutputs);
    this.stride = stride;
  }

  protected override add(sums: Float64Array, from: number, to: number, sign: 1 | -1, mass: number): number {
    const { data: { y, nOutputs, weight }, samples, stride } = this;
    for (let p = from; p !== to; p += sign) {
      const i = samples[p];
      const w = weight === null ? sign : sign * weight[i];
      for (let k = 0; k < nOutputs; k++) sums[k * stride + y[i * nOutputs + k]] += w;
      mass += w;
    }
    return mass;
  }

  override clip(out: Float64Array, at: number, lower: number, upper: number): void {
    super.clip(out, at, lower, upper);
    out[at + 1] = 1 - out[at];
  }
}

/** Gini's impurity: how often two samples drawn from the node differ in class. */
export class Gini extends ClassCriterion {
  private impurityOf(sums: Float64Array, mass: number): number {
    let gini = 0;
    for (let k = 0; k < this.data.nOutputs; k++) {
      let squares = 0;
      for (let c = 0; c < this.nClasses[k]; c++) {
        const s = sums[k * this.stride + c];
        squares += s * s;
      }
      gini += 1 - squares / (mass * mass);
    }
    return gini / this.data.nOutputs;
  }

  override nodeImpurity(): number {
    return this.impurityOf(this.sumTotal, this.weightNode);
  }

  override childrenImpurity(): void {
    this.impurityLeft = this.impurityOf(this.sumLeft, this.weightLeft);
    this.impurityRight = this.impurityOf(this.sumRight, this.weightRight);
  }
}

/** The most weight for which s log₂ s is worked out beforehand. */
const MOST_WEIGHT = 0x200000;

/** Shannon's entropy of the classes in bits. */
export class Entropy extends ClassCriterion {
  /** s log₂ s of all weights that a sum can come to, where these are whole numbers. */
  private readonly terms: Float64Array | undefined;

  constructor(data: CriterionData, nClasses: readonly number[]) {
    super(data, nClasses);
    const { weight, totalWeight } = data;
    if (totalWeight > MOST_WEIGHT || !(weight?.every(Number.isInteger) ?? true)) return;
    this.terms = Float64Array.from({ length: totalWeight + 1 }, (_, s) => s === 0 ? 0 : s * Math.log2(s));
  }

  /** Most splits are seen from the terms to be no better than the best: logarithms are for those that may be. */
  override proxyImprovement(best: number): number {
    const { terms, sumLeft, sumRight, data: { nOutputs } } = this;
    if (terms !== undefined) {
      let sum = -nOutputs * (terms[this.weightLeft] + terms[this.weightRight]);
      for (let c = 0; c < sumLeft.length; c++) sum += terms[sumLeft[c]] + terms[sumRight[c]];
      const rounding = 1e-13 * sumLeft.length * terms[this.weightNode];
      if ((sum + rounding) / nOutputs < best) return -Infinity;
    }
    return super.proxyImprovement(best);
  }

  private impurityOf(sums: Float64Array, mass: number): number {
    let entropy = 0;
    for (let k = 0; k < this.data.nOutputs; k++) {
      for (let c = 0; c < this.nClasses[k]; c++) {
        const s = sums[k * this.stride + c];
        if (s > 0) entropy -= s / mass * (Math.log(s / mass) / Math.LN2);
      }
    }
    return entropy / this.data.nOutputs;
  }

  override nodeImpurity(): number {
    return this.impurityOf(this.sumTotal, this.weightNode);
  }

  override childrenImpurity(): void {
    this.impurityLeft = this.impurityOf(this.sumLeft, this.weightLeft);
    this.impurityRight = this.impurityOf(this.sumRight, this.weightRight);
  }
}
