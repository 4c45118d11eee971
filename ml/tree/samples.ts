/** Values of a feature this much apart or less count as equal. */
export const FEATURE_THRESHOLD: number = Math.fround(1e-7);

/** Fewer samples than this are sorted by insertion. */
const SMALL = 24;
/** From so many on they are sorted by the bytes of their keys. */
const MANY = 64;
/** Places in the keys: 32 bits of the value and these make 53. */
const PLACES = 0x200000;

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
  /** Bits of `values`. */
  private readonly valueBits: Uint32Array;
  /** Keys, and the samples they belong to, before and after a pass of the sort by bytes. */
  private readonly bytewise: { keys: Uint32Array; order: Int32Array }[];
  private readonly counts = new Int32Array(4 * 256);
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
    this.valueBits = new Uint32Array(this.values.buffer);
    this.keys = new Float64Array(Math.min(count, MANY));
    this.bytewise = [0, 1].map(() => ({ keys: new Uint32Array(count), order: new Int32Array(count) }));
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
    else if (stop - start >= MANY) this.byteSort(start, stop);
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
    const keys = this.keys.subarray(0, n);
    for (let p = 0; p < n; p++) {
      const v = values[start + p];
      // Both zeros are one value.
      single[0] = v === 0 ? 0 : v;
      const b = bits[0];
      keys[p] = (b >>> 31 === 1 ? ~b >>> 0 : (b | 0x80000000) >>> 0) * PLACES + p;
      spare[p] = order[start + p];
      spareValues[p] = v;
    }
    keys.sort();
    for (let p = 0; p < n; p++) {
      const from = keys[p] % PLACES;
      order[start + p] = spare[from];
      values[start + p] = spareValues[from];
    }
  }

  /** By the bytes of the values' bits, made to sort as numbers do, the last one first; equal ones keep their order. */
  private byteSort(start: number, end: number): void {
    const { order, valueBits, counts } = this;
    const n = end - start;
    let [from, to] = this.bytewise;
    counts.fill(0);
    for (let p = 0; p < n; p++) {
      const b = valueBits[start + p];
      // Both zeros are one value.
      const key = b === 0x80000000 ? b : (b >>> 31 === 1 ? ~b : b | 0x80000000) >>> 0;
      from.keys[p] = key;
      from.order[p] = order[start + p];
      counts[key & 255]++;
      counts[256 + (key >>> 8 & 255)]++;
      counts[512 + (key >>> 16 & 255)]++;
      counts[768 + (key >>> 24)]++;
    }
    for (let byte = 0; byte < 4; byte++) {
      const base = 256 * byte, shift = 8 * byte;
      if (counts[base + (from.keys[0] >>> shift & 255)] === n) continue;
      let before = 0;
      for (let c = base; c < base + 256; c++) {
        const count = counts[c];
        counts[c] = before;
        before += count;
      }
      const { keys, order } = from, sortedKeys = to.keys, sorted = to.order;
      for (let p = 0; p < n; p++) {
        const key = keys[p], at = counts[base + (key >>> shift & 255)]++;
        sortedKeys[at] = key;
        sorted[at] = order[p];
      }
      [from, to] = [to, from];
    }
    for (let p = 0; p < n; p++) {
      const key = from.keys[p];
      valueBits[start + p] = key >>> 31 === 1 ? key & 0x7fffffff : ~key;
      order[start + p] = from.order[p];
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
