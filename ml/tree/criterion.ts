/** Samples as the criteria see them. */
export interface CriterionData {
  /** Class codes or numbers, row-major, shape [nSamples, nOutputs]. */
  readonly y: Float64Array;
  /** How many targets there are. */
  readonly nOutputs: number;
  /** Weights of the samples; null where all weigh 1. */
  readonly weight: Float64Array | null;
  /** Weight of all samples. */
  readonly totalWeight: number;
}

/**
 * What judges splits of a node: it holds the statistics of the node's samples, those on the left and those on the right
 * of a place among them, and moves the place.
 */
export abstract class Criterion {
  /** Numbers of the samples; the node's stand at `start` to `end`. */
  protected samples: Int32Array = new Int32Array(0);
  protected start = 0;
  protected end = 0;
  protected pos = 0;
  /** Weight of the node's samples. */
  weightNode = 0;
  /** Weight on the left. */
  weightLeft = 0;
  /** Weight on the right. */
  weightRight = 0;
  /** Impurity on the left, after `childrenImpurity`. */
  impurityLeft = 0;
  /** Impurity on the right, after `childrenImpurity`. */
  impurityRight = 0;

  constructor(protected readonly data: CriterionData) {}

  /** Begins with a node; all its samples are on the right. */
  init(samples: Int32Array, start: number, end: number): void {
    this.samples = samples;
    this.start = start;
    this.end = end;
    this.total();
    this.reset();
  }

  /** Sums up the node's samples. */
  protected abstract total(): void;
  /** Takes all to the right; to be called whenever the order of the samples has changed. */
  abstract reset(): void;
  /** Takes the samples up to `pos` to the left. `pos` only grows between resets. */
  abstract update(pos: number): void;
  /** Impurity of the node. */
  abstract nodeImpurity(): number;
  /** Works out the impurities of both sides. */
  abstract childrenImpurity(): void;
  /** Writes what the node predicts. */
  abstract nodeValue(out: Float64Array, at: number): void;
  /** The middle between what both sides predict, for monotonic constraints. */
  abstract middleValue(): number;
  /** What the left side predicts, for monotonic constraints. */
  protected abstract leftValue(): number;
  /** What the right side predicts, for monotonic constraints. */
  protected abstract rightValue(): number;

  /**
   * Something that grows with the improvement, and is cheaper.
   *
   * @param _best the best so far: of what is not better than it, it may tell anything that is not better either
   */
  proxyImprovement(_best: number): number {
    this.childrenImpurity();
    return -this.weightRight * this.impurityRight - this.weightLeft * this.impurityLeft;
  }

  /** How much the split lowers the impurity, by the node's share of all weight. */
  improvement(parent: number): number {
    return (this.weightNode / this.data.totalWeight) *
      (parent - (this.weightRight / this.weightNode * this.impurityRight) -
        (this.weightLeft / this.weightNode * this.impurityLeft));
  }

  /** Whether both sides keep within bounds and in the order that a constraint of 1 (rising) or −1 (falling) asks for. */
  isMonotonic(constraint: number, lower: number, upper: number): boolean {
    const l = this.leftValue();
    const r = this.rightValue();
    return l >= lower && r >= lower && l <= upper && r <= upper && (l - r) * constraint <= 0;
  }

  /** Brings what a node predicts within bounds. */
  clip(out: Float64Array, at: number, lower: number, upper: number): void {
    if (out[at] < lower) out[at] = lower;
    else if (out[at] > upper) out[at] = upper;
  }
}
