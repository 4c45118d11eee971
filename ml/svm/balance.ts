/** β and its gradient as they stand, and how far β may go. */
export interface Position {
  readonly rows: number;
  readonly beta: Float64Array;
  readonly F: Float64Array;
  readonly lo: Float64Array;
  readonly hi: Float64Array;
}

/**
 * Brings Σβ to zero: takes what is left of it from the samples that lose least by it, which are those with the largest
 * gradient on the side that has too much.
 *
 * @returns which β changed, and by how much: F still has to follow
 */
export function takeOff({ rows, beta, F, lo, hi }: Position): { changed: Int32Array; by: Float64Array } {
  const { sum, largest } = sumAndRange(rows, beta, lo, hi);
  // Less is rounding, which does no harm.
  if (!(Math.abs(sum) > 1e-12 * largest)) return { changed: new Int32Array(0), by: new Float64Array(0) };
  const side = sum > 0 ? 1 : -1;
  const list = new Int32Array(rows);
  const keys = new Float64Array(rows);
  const room = new Float64Array(rows);
  const count = collect(side, { rows, beta, F, lo, hi }, list, keys, room);
  const changed = list.subarray(0, selectLargest(list, keys, count, room, sum * side));
  return { changed, by: take(side, sum * side, beta, side > 0 ? lo : hi, room, changed) };
}

function sumAndRange(
  rows: number,
  beta: Float64Array,
  lo: Float64Array,
  hi: Float64Array,
): { sum: number; largest: number } {
  let sum = 0, largest = 0;
  for (let i = 0; i < rows; i++) {
    sum += beta[i];
    if (hi[i] - lo[i] > largest) largest = hi[i] - lo[i];
  }
  return { sum, largest };
}

/** Who has room on a side: their numbers, their keys, and by number how much. */
function collect(
  side: number,
  { rows, beta, F, lo, hi }: Position,
  list: Int32Array,
  keys: Float64Array,
  room: Float64Array,
): number {
  let count = 0;
  for (let i = 0; i < rows; i++) {
    room[i] = side > 0 ? beta[i] - lo[i] : hi[i] - beta[i];
    if (!(room[i] > 0)) continue;
    keys[count] = side * F[i];
    list[count++] = i;
  }
  return count;
}

/** Takes `left` in all from some, as far as each has room. */
function take(
  side: number,
  left: number,
  beta: Float64Array,
  ends: Float64Array,
  room: Float64Array,
  of: Int32Array,
): Float64Array {
  const by = new Float64Array(of.length);
  for (let t = 0; t < of.length; t++) {
    const i = of[t];
    const step = Math.min(room[i], left);
    const old = beta[i];
    // To the bound itself, not to what comes of subtracting.
    beta[i] = step === room[i] ? ends[i] : old - side * step;
    by[t] = beta[i] - old;
    left = Math.max(0, left - step);
  }
  return by;
}

/**
 * Puts those with the largest keys first, as many as together have the room that is wanted, and the smallest key of them
 * last; gives how many. Halves the list again and again, as quickselect does: sorting it all would take ten times as long.
 */
function selectLargest(
  list: Int32Array,
  keys: Float64Array,
  count: number,
  room: Float64Array,
  wanted: number,
): number {
  let from = 0, to = count;
  while (to - from > 16) {
    const a = keys[from], b = keys[(from + to) >> 1], c = keys[to - 1];
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    let i = from, j = to - 1, upper = 0;
    // Keys from the pivot up go to the left of `i`, those from it down to the right of `j`.
    while (i <= j) {
      while (keys[i] > pivot) upper += room[list[i++]];
      while (keys[j] < pivot) j--;
      if (i > j) break;
      swap(list, keys, i, j);
      upper += room[list[i++]];
      j--;
    }
    if (upper >= wanted) to = i;
    else {
      wanted -= upper;
      from = i;
    }
  }
  insertionSort(list, keys, from, to);
  while (from < to && wanted > 0) wanted -= room[list[from++]];
  return from;
}

function swap(list: Int32Array, keys: Float64Array, i: number, j: number): void {
  const k = keys[i], l = list[i];
  keys[i] = keys[j];
  list[i] = list[j];
  keys[j] = k;
  list[j] = l;
}

/** The largest first; of equals the one that came first. */
function insertionSort(list: Int32Array, keys: Float64Array, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    for (let j = i; j > from && keys[j - 1] < keys[j]; j--) swap(list, keys, j - 1, j);
  }
}
