import { Criterion, type CriterionData } from "./criterion.ts";

/** Criteria on the weights of the classes. */
abstract class ClassCriterion extends Criterion {
  protected readonly sumTotal: Float64Array;
  protected readonly sumLeft: Float64Array;
  protected readonly sumRight: Float64Array;
  protected readonly stride: number;

  /** @param nClasses how many classes each target has */
  constructor(data: CriterionData, protected readonly nClasses: readonly number[]) {
    super(data);
    this.stride = Math.max(...nClasses);
    const size = this.stride * data.nOutputs;
    this.sumTotal = new Float64Array(size);
    this.sumLeft = new Float64Array(size);
    this.sumRight = new Float64Array(size);
  }

  protected override total(): void {
    const { data: { y, nOutputs, weight }, samples, sumTotal, stride } = this;
    sumTotal.fill(0);
    let mass = 0;
    for (let p = this.start; p < this.end; p++) {
      const i = samples[p];
      const w = weight === null ? 1 : weight[i];
      for (let k = 0; k < nOutputs; k++) sumTotal[k * stride + y[i * nOutputs + k]] += w;
      mass += w;
    }
    this.weightNode = mass;
  }

  override reset(): void {
    this.pos = this.start;
    this.sumLeft.fill(0);
    this.sumRight.set(this.sumTotal);
    this.weightLeft = 0;
    this.weightRight = this.weightNode;
  }

  override update(pos: number): void {
    const { data: { y, nOutputs, weight }, samples, sumLeft, sumRight, sumTotal, stride } = this;
    // From whichever end is nearer: that is how scikit-learn's sums are rounded, too.
    if (pos - this.pos <= this.end - pos) {
      for (let p = this.pos; p < pos; p++) {
        const i = samples[p];
        const w = weight === null ? 1 : weight[i];
        for (let k = 0; k < nOutputs; k++) sumLeft[k * stride + y[i * nOutputs + k]] += w;
        this.weightLeft += w;
      }
    } else {
      sumLeft.set(sumTotal);
      this.weightLeft = this.weightNode;
      for (let p = this.end - 1; p >= pos; p--) {
        const i = samples[p];
        const w = weight === null ? 1 : weight[i];
        for (let k = 0; k < nOutputs; k++) sumLeft[k * stride + y[i * nOutputs + k]] -= w;
        this.weightLeft -= w;
      }
    }
    this.weightRight = this.weightNode - this.weightLeft;
    for (let c = 0; c < sumTotal.length; c++) sumRight[c] = sumTotal[c] - sumLeft[c];
    this.pos = pos;
  }

  override nodeValue(out: Float64Array, at: number): void {
    for (let c = 0; c < this.sumTotal.length; c++) out[at + c] = this.sumTotal[c] / this.weightNode;
  }

  override middleValue(): number {
    return this.sumLeft[0] / (2 * this.weightLeft) + this.sumRight[0] / (2 * this.weightRight);
  }

  protected override leftValue(): number {
    return this.sumLeft[0] / this.weightLeft;
  }

  protected override rightValue(): number {
    return this.sumRight[0] / this.weightRight;
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
