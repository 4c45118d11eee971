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

/** Shannon's entropy of the classes in bits. */
export class Entropy extends ClassCriterion {
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
