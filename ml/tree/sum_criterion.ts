import { Criterion, type CriterionData } from "./criterion.ts";

/** Criteria on sums over the samples of both sides: of numbers, or of the weights of the classes. */
export abstract class SumCriterion extends Criterion {
  protected readonly sumTotal: Float64Array;
  protected readonly sumLeft: Float64Array;
  protected readonly sumRight: Float64Array;

  /** @param size how many sums there are */
  constructor(data: CriterionData, size: number) {
    super(data);
    this.sumTotal = new Float64Array(size);
    this.sumLeft = new Float64Array(size);
    this.sumRight = new Float64Array(size);
  }

  /**
   * Adds samples to sums and weight, or takes them away.
   *
   * @param from place of the first
   * @param to place behind the last, or, with `sign` −1, before it
   * @param sign 1 to add them, going up; −1 to take them away, going down
   * @param mass the weight so far
   * @returns the weight then
   */
  protected abstract add(sums: Float64Array, from: number, to: number, sign: 1 | -1, mass: number): number;

  protected override total(): void {
    this.sumTotal.fill(0);
    this.weightNode = this.add(this.sumTotal, this.start, this.end, 1, 0);
  }

  override reset(): void {
    this.pos = this.start;
    this.sumLeft.fill(0);
    this.sumRight.set(this.sumTotal);
    this.weightLeft = 0;
    this.weightRight = this.weightNode;
  }

  override update(pos: number): void {
    const { sumLeft, sumRight, sumTotal } = this;
    // From whichever end is nearer: that is how scikit-learn's sums are rounded, too.
    if (pos - this.pos <= this.end - pos) this.weightLeft = this.add(sumLeft, this.pos, pos, 1, this.weightLeft);
    else {
      sumLeft.set(sumTotal);
      this.weightLeft = this.add(sumLeft, this.end - 1, pos - 1, -1, this.weightNode);
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
}
