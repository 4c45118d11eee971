import { Criterion, type CriterionData } from "./criterion.ts";

/**
 * Mean absolute distance from the weighted median. All errors of all prefixes and suffixes of the samples are worked out
 * when their order is known, each by a descent in a tree of partial sums over the sorted targets.
 *
 * Source: P. Fenwick, "A new data structure for cumulative frequency tables", Software: Practice and Experience 24 (1994).
 */
export class AbsoluteError extends Criterion {
  private readonly medianOfNode: Float64Array;
  private readonly errorLeft: Float64Array;
  private readonly errorRight: Float64Array;
  private readonly medianLeft: Float64Array;
  private readonly medianRight: Float64Array;
  private readonly ranks: Int32Array;
  private readonly sorted: Float64Array;
  private readonly order: Float64Array;
  private readonly treeW: Float64Array;
  private readonly treeWY: Float64Array;

  /** @param nSamples how many samples there are */
  constructor(data: CriterionData, nSamples: number) {
    super(data);
    this.medianOfNode = new Float64Array(data.nOutputs);
    this.errorLeft = new Float64Array(nSamples);
    this.errorRight = new Float64Array(nSamples);
    this.medianLeft = new Float64Array(nSamples);
    this.medianRight = new Float64Array(nSamples);
    this.ranks = new Int32Array(nSamples);
    this.sorted = new Float64Array(nSamples);
    this.order = new Float64Array(nSamples);
    this.treeW = new Float64Array(nSamples + 1);
    this.treeWY = new Float64Array(nSamples + 1);
  }

  protected override total(): void {
    const { data: { weight }, samples } = this;
    let mass = 0;
    for (let p = this.start; p < this.end; p++) mass += weight === null ? 1 : weight[samples[p]];
    this.weightNode = mass;
  }

  override reset(): void {
    const { start, end, data: { nOutputs } } = this;
    this.weightLeft = 0;
    this.weightRight = this.weightNode;
    this.pos = start;
    this.errorLeft.fill(0, start, end);
    this.errorRight.fill(0, start, end);
    for (let k = 0; k < nOutputs; k++) {
      this.rank(k);
      this.sweep(start, end, 1, this.errorLeft, this.medianLeft);
      this.sweep(end - 1, start - 1, -1, this.errorRight, this.medianRight);
      this.medianOfNode[k] = this.medianRight[start];
    }
  }

  /** Sorts a target's values, and notes where each sample's stands. */
  private rank(k: number): void {
    const { start, end, samples, data: { y, nOutputs }, order, sorted, ranks } = this;
    const n = end - start;
    const places = order.subarray(0, n);
    for (let p = 0; p < n; p++) {
      places[p] = p;
      sorted[p] = y[samples[start + p] * nOutputs + k];
    }
    const values = sorted.slice(0, n);
    places.sort((a, b) => values[a] - values[b] || a - b);
    for (let r = 0; r < n; r++) {
      ranks[start + places[r]] = r;
      sorted[r] = values[places[r]];
    }
  }

  /** Adds the samples one by one, and notes error and median of those added so far. */
  private sweep(from: number, to: number, step: number, errors: Float64Array, medians: Float64Array): void {
    const { treeW, treeWY, sorted, ranks, samples, data: { weight } } = this;
    const n = this.end - this.start;
    let top = 1;
    while (top * 2 <= n) top *= 2;
    treeW.fill(0, 0, n + 1);
    treeWY.fill(0, 0, n + 1);
    let mass = 0;
    let massY = 0;
    for (let p = from; p !== to; p += step) {
      const w = weight === null ? 1 : weight[samples[p]];
      const wy = w * sorted[ranks[p]];
      for (let at = ranks[p] + 1; at <= n; at += at & -at) {
        treeW[at] += w;
        treeWY[at] += wy;
      }
      mass += w;
      massY += wy;
      // Where half of the weight is reached, and where it is passed: they differ when a value ends exactly there.
      const half = 0.5 * mass;
      let reached = 0;
      let rest = half;
      for (let bit = top; bit !== 0; bit >>= 1) {
        const next = reached + bit;
        if (next <= n && treeW[next] < rest) {
          rest -= treeW[next];
          reached = next;
        }
      }
      let passed = 0;
      rest = half;
      let below = 0;
      let belowY = 0;
      for (let bit = top; bit !== 0; bit >>= 1) {
        const next = passed + bit;
        if (next <= n && treeW[next] <= rest) {
          rest -= treeW[next];
          passed = next;
          below += treeW[next];
          belowY += treeWY[next];
        }
      }
      if (passed >= n) passed = reached;
      const median = passed === reached ? sorted[reached] : (sorted[reached] + sorted[passed]) / 2;
      medians[p] = median;
      errors[p] += (massY - belowY - median * (mass - below)) + (median * below - belowY);
    }
  }

  override update(pos: number): void {
    const { data: { weight }, samples } = this;
    for (let p = this.pos; p < pos; p++) this.weightLeft += weight === null ? 1 : weight[samples[p]];
    this.weightRight = this.weightNode - this.weightLeft;
    this.pos = pos;
  }

  override nodeImpurity(): number {
    return this.errorRight[this.start] / (this.weightNode * this.data.nOutputs);
  }

  override childrenImpurity(): void {
    const left = this.pos > this.start ? this.errorLeft[this.pos - 1] : 0;
    const right = this.pos < this.end ? this.errorRight[this.pos] : 0;
    this.impurityLeft = left / (this.weightLeft * this.data.nOutputs);
    this.impurityRight = right / (this.weightRight * this.data.nOutputs);
  }

  override nodeValue(out: Float64Array, at: number): void {
    for (let k = 0; k < this.medianOfNode.length; k++) out[at + k] = this.medianOfNode[k];
  }

  override middleValue(): number {
    return (this.leftValue() + this.rightValue()) / 2;
  }

  protected override leftValue(): number {
    return this.medianLeft[this.pos - 1];
  }

  protected override rightValue(): number {
    return this.medianRight[this.pos];
  }
}
