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

/** Counts of the three digits of all leading words, as places from which on each digit's numbers go. */
function places(words: Uint32Array, n: number): [Int32Array, Int32Array, Int32Array] {
  const low = new Int32Array(SIZE), middle = new Int32Array(SIZE), high = new Int32Array(SIZE);
  for (let i = 0; i < n; i++) {
    const key = leading(words, i);
    low[key & 0x3ff]++;
    middle[(key >>> 10) & 0x7ff]++;
    high[key >>> 21]++;
  }
  for (const counts of [low, middle, high]) {
    for (let d = 0, at = 0; d < SIZE; d++) {
      const count = counts[d];
      counts[d] = at;
      at += count;
    }
  }
  return [low, middle, high];
}

/**
 * Numbers in ascending order: a radix sort on the leading 32 bits, in three passes, then a pass of insertion over what
 * has them in common. No NaN may be among them. The list given is changed.
 */
export function sortNumbers(values: Float64Array): Float64Array {
  const n = values.length;
  if (n < SHORT) return values.sort();
  let from: Float64Array = values;
  let to: Float64Array = new Float64Array(n);
  // A negative zero is a zero, but has other bits.
  for (let i = 0; i < n; i++) from[i] += 0;
  const tables = places(new Uint32Array(from.buffer, from.byteOffset, 2 * n), n);
  for (let pass = 0; pass < 3; pass++) {
    const words = new Uint32Array(from.buffer, from.byteOffset, 2 * n);
    const table = tables[pass];
    const shift = pass === 0 ? 0 : pass === 1 ? 10 : 21;
    const mask = pass === 0 ? 0x3ff : 0x7ff;
    for (let i = 0; i < n; i++) to[table[(leading(words, i) >>> shift) & mask]++] = from[i];
    [from, to] = [to, from];
  }
  const words = new Uint32Array(from.buffer, from.byteOffset, 2 * n);
  for (let start = 0; start < n;) {
    let end = start + 1;
    while (end < n && words[2 * end + 1] === words[2 * start + 1]) end++;
    if (end - start > LONG_RUN) from.subarray(start, end).sort();
    else {
      for (let i = start + 1; i < end; i++) {
        const v = from[i];
        let j = i - 1;
        for (; j >= start && from[j] > v; j--) from[j + 1] = from[j];
        from[j + 1] = v;
      }
    }
    start = end;
  }
  return from;
}

/**
 * The places of numbers in descending order, equal ones in the order they stand in. No NaN may be among them.
 */
export function orderDescending(values: Float64Array): Uint32Array {
  const n = values.length;
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  if (n < SHORT) return order.sort((a, b) => values[b] - values[a] || a - b);
  // Negated, so that ascending keys are descending numbers; sums with zero leave no negative one.
  const keys = new Float64Array(n);
  for (let i = 0; i < n; i++) keys[i] = 0 - values[i];
  const words = new Uint32Array(keys.buffer);
  const tables = places(words, n);
  let from = order;
  let to = new Uint32Array(n);
  for (let pass = 0; pass < 3; pass++) {
    const table = tables[pass];
    const shift = pass === 0 ? 0 : pass === 1 ? 10 : 21;
    const mask = pass === 0 ? 0x3ff : 0x7ff;
    for (let i = 0; i < n; i++) to[table[(leading(words, from[i]) >>> shift) & mask]++] = from[i];
    [from, to] = [to, from];
  }
  for (let start = 0; start < n;) {
    const head = words[2 * from[start] + 1];
    let end = start + 1;
    while (end < n && words[2 * from[end] + 1] === head) end++;
    if (end - start > LONG_RUN) from.subarray(start, end).sort((a, b) => keys[a] - keys[b] || a - b);
    else {
      for (let i = start + 1; i < end; i++) {
        const place = from[i];
        const v = keys[place];
        let j = i - 1;
        for (; j >= start && keys[from[j]] > v; j--) from[j + 1] = from[j];
        from[j + 1] = place;
      }
    }
    start = end;
  }
  return from;
}
