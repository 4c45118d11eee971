/** Shorter lists are sorted as they are: passes over three tables of counts cost more. */
const SHORT = 4096;
/** Longer runs of equal leading bits are sorted by comparison, shorter ones by insertion. */
const LONG_RUN = 24;

const BITS = 11;
const SIZE = 1 << BITS;

/**
 * The leading 32 bits of numbers, changed so that they are ordered as the numbers are. (Of a little-endian machine, as
 * all that Deno runs on are.)
 */
function leading(words: Uint32Array, i: number): number {
  const high = words[2 * i + 1];
  return (high & 0x80000000) !== 0 ? ~high >>> 0 : (high | 0x80000000) >>> 0;
}

/** Turns counts into places from which on each digit's numbers go. */
function toPlaces(counts: Int32Array, first: number): void {
  for (let d = 0, at = first; d < SIZE; d++) {
    const count = counts[d];
    counts[d] = at;
    at += count;
  }
}

/** Places of the three digits of all leading words. */
function places(words: Uint32Array, n: number): [Int32Array, Int32Array, Int32Array] {
  const low = new Int32Array(SIZE), middle = new Int32Array(SIZE), high = new Int32Array(SIZE);
  for (let i = 0; i < n; i++) {
    const key = leading(words, i);
    low[key & 0x3ff]++;
    middle[(key >>> 10) & 0x7ff]++;
    high[key >>> 21]++;
  }
  for (const counts of [low, middle, high]) toPlaces(counts, 0);
  return [low, middle, high];
}

/** One pass of numbers by a digit of their leading words. */
function pass(
  from: Float64Array,
  to: Float64Array,
  start: number,
  end: number,
  table: Int32Array,
  shift: number,
): void {
  const words = new Uint32Array(from.buffer, from.byteOffset, 2 * from.length);
  for (let i = start; i < end; i++) to[table[(leading(words, i) >>> shift) & 0x7ff]++] = from[i];
}

/** Puts numbers in order that are so by their leading words: short runs by insertion. */
function finish(values: Float64Array, from: number, to: number): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  for (let start = from; start < to;) {
    let end = start + 1;
    while (end < to && words[2 * end + 1] === words[2 * start + 1]) end++;
    if (end - start > LONG_RUN) values.subarray(start, end).sort();
    else {
      for (let i = start + 1; i < end; i++) {
        const v = values[i];
        let j = i - 1;
        for (; j >= start && values[j] > v; j--) values[j + 1] = values[j];
        values[j + 1] = v;
      }
    }
    start = end;
  }
}

/**
 * The numbers that are marked by 1, and those marked by 0, each in ascending order: a radix sort on the leading 32 bits, in
 * three passes, the first of which parts them. No NaN may be among them.
 */
export function sortApart(values: Float64Array, marks: Uint8Array): { ones: Float64Array; zeros: Float64Array } {
  const n = values.length;
  let m = 0;
  for (let i = 0; i < n; i++) m += marks[i];
  if (n < SHORT) {
    return {
      ones: values.filter((_, i) => marks[i] === 1).sort(),
      zeros: values.filter((_, i) => marks[i] === 0).sort(),
    };
  }
  // A table for the zeros, then one for the ones.
  const low = new Int32Array(2 * SIZE), middle = new Int32Array(2 * SIZE), high = new Int32Array(2 * SIZE);
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * n);
  for (let i = 0; i < n; i++) {
    const key = leading(words, i);
    const own = marks[i] << BITS;
    low[own | (key & 0x3ff)]++;
    middle[own | ((key >>> 10) & 0x7ff)]++;
    high[own | (key >>> 21)]++;
  }
  for (const counts of [low, middle, high]) {
    toPlaces(counts.subarray(0, SIZE), 0);
    toPlaces(counts.subarray(SIZE), n - m);
  }
  const a = new Float64Array(n);
  const b = new Float64Array(n);
  for (let i = 0; i < n; i++) a[low[(marks[i] << BITS) | (leading(words, i) & 0x3ff)]++] = values[i];
  for (const [start, end, own] of [[0, n - m, 0], [n - m, n, SIZE]] as const) {
    pass(a, b, start, end, middle.subarray(own, own + SIZE), 10);
    pass(b, a, start, end, high.subarray(own, own + SIZE), 21);
    finish(a, start, end);
  }
  return { zeros: a.subarray(0, n - m), ones: a.subarray(n - m) };
}

/** Numbers in descending order, and where each stood. */
export interface Descending {
  /** Places, equal numbers in the order they stood in. */
  readonly order: Uint32Array;
  /** The numbers. */
  readonly sorted: Float64Array;
}

/** Numbers in descending order with their places. No NaN may be among them. */
export function sortDescending(values: Float64Array): Descending {
  const n = values.length;
  // Negated, so that ascending keys are descending numbers; sums with zero leave no negative one.
  let keys: Float64Array = new Float64Array(n);
  for (let i = 0; i < n; i++) keys[i] = 0 - values[i];
  let order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  if (n < SHORT) {
    const given = keys;
    order.sort((a, b) => given[a] - given[b] || a - b);
    return { order, sorted: Float64Array.from(order, (i) => values[i]) };
  }
  const tables = places(new Uint32Array(keys.buffer), n);
  let nextKeys: Float64Array = new Float64Array(n);
  let nextOrder = new Uint32Array(n);
  for (let pass = 0; pass < 3; pass++) {
    const words = new Uint32Array(keys.buffer);
    const table = tables[pass];
    const shift = pass === 0 ? 0 : pass === 1 ? 10 : 21;
    const mask = pass === 0 ? 0x3ff : 0x7ff;
    for (let i = 0; i < n; i++) {
      const at = table[(leading(words, i) >>> shift) & mask]++;
      nextKeys[at] = keys[i];
      nextOrder[at] = order[i];
    }
    [keys, nextKeys] = [nextKeys, keys];
    [order, nextOrder] = [nextOrder, order];
  }
  sortRuns(keys, order);
  for (let i = 0; i < n; i++) keys[i] = 0 - keys[i];
  return { order, sorted: keys };
}

/** Puts runs of equal leading bits in order, stably. */
function sortRuns(keys: Float64Array, order: Uint32Array): void {
  const n = keys.length;
  const words = new Uint32Array(keys.buffer);
  for (let start = 0; start < n;) {
    let end = start + 1;
    while (end < n && words[2 * end + 1] === words[2 * start + 1]) end++;
    if (end - start > LONG_RUN) sortRun(keys, order, start, end);
    else {
      for (let i = start + 1; i < end; i++) {
        const v = keys[i];
        const place = order[i];
        let j = i - 1;
        for (; j >= start && keys[j] > v; j--) {
          keys[j + 1] = keys[j];
          order[j + 1] = order[j];
        }
        keys[j + 1] = v;
        order[j + 1] = place;
      }
    }
    start = end;
  }
}

function sortRun(keys: Float64Array, order: Uint32Array, start: number, end: number): void {
  let i = start + 1;
  while (i < end && keys[i - 1] <= keys[i]) i++;
  // Ties, above all, are in order already.
  if (i === end) return;
  const own = keys.slice(start, end);
  const from = order.slice(start, end);
  const ranks = new Uint32Array(end - start);
  for (let k = 0; k < ranks.length; k++) ranks[k] = k;
  ranks.sort((a, b) => own[a] - own[b] || a - b);
  ranks.forEach((r, k) => {
    keys[start + k] = own[r];
    order[start + k] = from[r];
  });
}
