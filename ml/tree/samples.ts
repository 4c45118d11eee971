/** Values of a feature this much apart or less count as equal. */
export const FEATURE_THRESHOLD: number = Math.fround(1e-7);

/** Fewer samples than this are sorted by insertion. */
const SMALL = 24;
/** More samples than this do not fit into the keys: 32 bits of the value and these make 53. */
const MOST_KEYS = 0x200000;

const bits = new Uint32Array(1);
const single = new Float32Array(bits.buffer);

/** True when a value is larger than another by more than counts as equal, in single precision. */
export function isBeyond(value: number, before: number): boolean {
  return value > Math.fround(before + FEATURE_THRESHOLD);
}

/**
 * The training samples of a tree, in an order that the tree's nodes cut into runs, and the values of one feature at a
 * time.
 */
export class NodeSamples {
  /** Numbers of the samples with weight. */
  readonly order: Int32Array;
  /** Values of the feature last looked at, by place in `order`. */
  readonly values: Float32Array;
  /** How many samples of the node had no value. */
  nMissing = 0;
  /** Smallest value, after `range`. */
  min = 0;
  /** Largest value, after `range`. */
  max = 0;
  private readonly keys: Float64Array;
  private readonly spare: Int32Array;
  private readonly spareValues: Float32Array;

  /**
   * @param X values, row-major
   * @param nFeatures columns of X
   * @param hasMissing which features have samples without a value
   * @param weight weights; samples of weight 0 are left out
   */
  constructor(
    private readonly X: Float32Array,
    private readonly nFeatures: number,
    private readonly hasMissing: Uint8Array,
    weight: Float64Array | null,
  ) {
    const n = X.length / nFeatures;
    const order = new Int32Array(n);
    let count = 0;
    for (let i = 0; i < n; i++) if (weight === null || weight[i] !== 0) order[count++] = i;
    this.order = order.subarray(0, count);
    this.values = new Float32Array(count);
    this.keys = new Float64Array(count);
    this.spare = new Int32Array(count);
    this.spareValues = new Float32Array(count);
  }

  /** Sorts a node's samples by a feature, those without a value last. */
  sort(feature: number, start: number, end: number): void {
    const { X, nFeatures, order, values } = this;
    let stop = end;
    if (this.hasMissing[feature] === 0) {
      for (let p = start; p < end; p++) values[p] = X[order[p] * nFeatures + feature];
    } else {
      for (let p = start; p < stop;) {
        const last = X[order[stop - 1] * nFeatures + feature];
        if (last !== last) {
          stop--;
          continue;
        }
        const v = X[order[p] * nFeatures + feature];
        if (v !== v) {
          stop--;
          const i = order[p];
          order[p] = order[stop];
          order[stop] = i;
          values[p] = last;
        } else values[p] = v;
        p++;
      }
    }
    this.nMissing = end - stop;
    if (stop - start <= SMALL) this.insertionSort(start, stop);
    else this.keySort(start, stop);
  }

  private insertionSort(start: number, end: number): void {
    const { order, values } = this;
    for (let p = start + 1; p < end; p++) {
      const v = values[p];
      const i = order[p];
      let q = p - 1;
      while (q >= start && values[q] > v) {
        values[q + 1] = values[q];
        order[q + 1] = order[q];
        q--;
      }
      values[q + 1] = v;
      order[q + 1] = i;
    }
  }

  /** Packs the bits of each value, made to sort as numbers do, with its place, and sorts these natively. */
  private keySort(start: number, end: number): void {
    const { order, values, spare, spareValues } = this;
    const n = end - start;
    if (n > MOST_KEYS) return this.slowSort(start, end);
    const keys = this.keys.subarray(0, n);
    for (let p = 0; p < n; p++) {
      const v = values[start + p];
      // Both zeros are one value.
      single[0] = v === 0 ? 0 : v;
      const b = bits[0];
      keys[p] = (b >>> 31 === 1 ? ~b >>> 0 : (b | 0x80000000) >>> 0) * MOST_KEYS + p;
      spare[p] = order[start + p];
      spareValues[p] = v;
    }
    keys.sort();
    for (let p = 0; p < n; p++) {
      const from = keys[p] % MOST_KEYS;
      order[start + p] = spare[from];
      values[start + p] = spareValues[from];
    }
  }

  private slowSort(start: number, end: number): void {
    const { order, values, spare, spareValues } = this;
    const n = end - start;
    spare.set(order.subarray(start, end));
    spareValues.set(values.subarray(start, end));
    const places = Int32Array.from({ length: n }, (_, p) => p).sort((a, b) => spareValues[a] - spareValues[b] || a - b);
    for (let p = 0; p < n; p++) {
      order[start + p] = spare[places[p]];
      values[start + p] = spareValues[places[p]];
    }
  }

  /** Brings the samples without a value from the end to the front; the others keep their order. */
  missingFirst(start: number, end: number): void {
    const { order, values, spare, nMissing } = this;
    const stop = end - nMissing;
    spare.set(order.subarray(stop, end), 0);
    order.copyWithin(start + nMissing, start, stop);
    order.set(spare.subarray(0, nMissing), start);
    values.copyWithin(start + nMissing, start, stop);
    values.fill(NaN, start, start + nMissing);
  }

  /** Finds the range of a feature's values in a node. */
  range(feature: number, start: number, end: number): void {
    const { X, nFeatures, order, values } = this;
    let missing = 0;
    let min = Infinity;
    let max = -Infinity;
    for (let p = start; p < end; p++) {
      const v = X[order[p] * nFeatures + feature];
      values[p] = v;
      if (v !== v) missing++;
      else {
        if (v < min) min = v;
        if (v > max) max = v;
      }
    }
    this.nMissing = missing;
    this.min = min;
    this.max = max;
  }

  /** Brings the samples that a threshold sends left before the others, and says where these begin. */
  partition(feature: number, threshold: number, missingLeft: boolean, start: number, end: number): number {
    const { X, nFeatures, order } = this;
    let p = start;
    let stop = end;
    while (p < stop) {
      const v = X[order[p] * nFeatures + feature];
      if (v !== v ? missingLeft : v <= threshold) p++;
      else {
        stop--;
        const i = order[p];
        order[p] = order[stop];
        order[stop] = i;
      }
    }
    return stop;
  }
}
