// Loops over all samples, each a function of its own. An engine that finds a loop to be hot compiles the function that it stands in, with what that
// calls: a few lines take it 1 ms, all that surrounds them 15 ms, in each thread, and while a first search runs.

/** The numbers with the other sign. */
export function negated(signs: Int8Array): Float64Array {
  const out = new Float64Array(signs.length);
  for (let i = 0; i < out.length; i++) out[i] = -signs[i];
  return out;
}

/** Bounds of β from upper bounds of α. */
export function setBounds(
  lo: Float64Array,
  hi: Float64Array,
  signs: Int8Array,
  upper: ArrayLike<number>,
  rows: number,
): void {
  for (let i = 0; i < rows; i++) {
    hi[i] = signs[i] > 0 ? upper[i] : 0;
    lo[i] = signs[i] < 0 ? -upper[i] : 0;
  }
}

/** β as near to what is given as its bounds allow. */
export function bringBetween(beta: Float64Array, near: Float64Array, lo: Float64Array, hi: Float64Array): void {
  for (let i = 0; i < near.length; i++) beta[i] = Math.min(hi[i], Math.max(lo[i], near[i]));
}

/** Whether all bounds are `ratio` times what they were. */
export function haveGrownBy(ratio: number, upper: Float64Array, old: Float64Array): boolean {
  for (let i = 0; i < old.length; i++) if (Math.abs(upper[i] - ratio * old[i]) > 1e-12 * upper[i]) return false;
  return true;
}

/** What share of the β that are not zero stands at its bound, if multiplied by `ratio`. */
export function shareBound(
  beta: Float64Array,
  lo: Float64Array,
  hi: Float64Array,
  rows: number,
  ratio: number,
): { support: number; bound: number } {
  let support = 0, bound = 0;
  for (let i = 0; i < rows; i++) {
    if (beta[i] === 0) continue;
    support++;
    if (Math.abs(beta[i]) * ratio >= 0.999 * (hi[i] - lo[i])) bound++;
  }
  return { support, bound };
}

/** β times `ratio`, and the gradient with it. What stood at its bound stands there again, to the last digit. */
export function stretch(
  beta: Float64Array,
  F: Float64Array,
  lo: Float64Array,
  hi: Float64Array,
  signs: Int8Array,
  rows: number,
  ratio: number,
): void {
  for (let i = 0; i < rows; i++) {
    const s = signs[i];
    const scaled = beta[i] * ratio;
    const end = s > 0 ? hi[i] : lo[i];
    beta[i] = Math.abs(scaled - end) <= 1e-12 * Math.abs(scaled) ? end : scaled;
    F[i] = ratio * (F[i] + s) - s;
  }
}

/** Where numbers are not zero. */
export function placesNotZero(values: Float64Array, count: number): Int32Array {
  const out = new Int32Array(count);
  let k = 0;
  for (let i = 0; i < count; i++) if (values[i] !== 0) out[k++] = i;
  return out.subarray(0, k);
}

/** The numbers at some places. */
export function valuesAt(values: Float64Array, places: Int32Array): Float64Array {
  const out = new Float64Array(places.length);
  for (let k = 0; k < out.length; k++) out[k] = values[places[k]];
  return out;
}

/** Puts rows and their coefficients side by side, of one group where there are some; gives how many. */
export function pickGroup(
  rows: ArrayLike<number>,
  coefs: ArrayLike<number>,
  groups: Uint8Array | null,
  group: number,
  list: Int32Array,
  values: Float64Array,
): number {
  let k = 0;
  for (let t = 0; t < rows.length; t++) {
    if (groups !== null && groups[rows[t]] !== group) continue;
    list[k] = rows[t];
    values[k++] = coefs[t];
  }
  return k;
}

/** The same numbers, multiplied. */
export function copyTimes(from: Float64Array, by: number, to: Float64Array | Float32Array): void {
  for (let i = 0; i < from.length; i++) to[i] = by * from[i];
}

/** Multiplies all numbers. */
export function multiply(values: Float64Array, by: number): void {
  for (let i = 0; i < values.length; i++) values[i] *= by;
}

/** Takes `values[at]`, `values[at + 1]`, … from the numbers. */
export function subtract(from: Float64Array, values: Float64Array, at: number): void {
  for (let i = 0; i < from.length; i++) from[i] -= values[at + i];
}

/** Zero for those of a group. */
export function clearGroup(values: Float64Array, groups: Uint8Array, group: number, rows: number): void {
  for (let i = 0; i < rows; i++) if (groups[i] === group) values[i] = 0;
}

/** Numbers of the samples that may move. */
export function movableOf(lo: Float64Array, hi: Float64Array, rows: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < rows; i++) if (hi[i] > lo[i]) out.push(i);
  return out;
}

/** Those at `first`, `first + step`, … */
export function everyOf(list: readonly number[], step: number, first: number): number[] {
  const out: number[] = [];
  for (let k = first; k < list.length; k += step) out.push(list[k]);
  return out;
}

/** The sum, from the first to the last. */
export function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}

/** Of some samples those with a sign whose gradient is on its side of a threshold. */
export function shortOf(
  F: Float64Array,
  signs: Int8Array,
  sign: number,
  threshold: number,
  of: readonly number[],
): number[] {
  const out: number[] = [];
  for (let k = 0; k < of.length; k++) {
    const i = of[k];
    if (signs[i] === sign && sign * (F[i] - threshold) < 0) out.push(i);
  }
  return out;
}

/** The sum of what the bounds of some samples leave open. */
export function roomOf(lo: Float64Array, hi: Float64Array, of: readonly number[]): number {
  let sum = 0;
  for (let k = 0; k < of.length; k++) sum = sum + hi[of[k]] - lo[of[k]];
  return sum;
}

/** Moves β of samples from zero to their upper (`sign` 1) or lower bounds, one after the other, as far as `most` in all goes. */
export function moveToBounds(
  beta: Float64Array,
  lo: Float64Array,
  hi: Float64Array,
  of: readonly number[],
  sign: number,
  most: number,
): void {
  let left = most;
  for (let k = 0; k < of.length && left > 0; k++) {
    const i = of[k];
    const room = hi[i] - lo[i];
    const step = Math.min(room, left);
    // To the bound itself, not to what comes of adding to it.
    beta[i] = step === room ? (sign > 0 ? hi[i] : lo[i]) : sign > 0 ? step : -step;
    left -= step;
  }
}

/** Rows with these numbers. */
export function rowsOf(X: Float64Array, width: number, of: readonly number[]): Float64Array {
  const out = new Float64Array(of.length * width);
  for (let k = 0, to = 0; k < of.length; k++) {
    for (let from = of[k] * width, end = from + width; from < end; from++) out[to++] = X[from];
  }
  return out;
}

/** Puts the numbers of some samples, multiplied, side by side. */
export function pickTimes(from: Float64Array, of: readonly number[], by: number, to: Float64Array): void {
  for (let k = 0; k < of.length; k++) to[k] = from[of[k]] * by;
}

/** How many β of `count` stand at one of their bounds, without those that are zero; and the numbers of these others. */
export function heldOf(
  beta: Float64Array,
  lo: Float64Array,
  hi: Float64Array,
  count: number,
): { held: number; support: number[] } {
  const support: number[] = [];
  let held = 0;
  for (let k = 0; k < count; k++) {
    if (beta[k] === 0) continue;
    if (beta[k] === lo[k] || beta[k] === hi[k]) held++;
    support.push(k);
  }
  return { held, support };
}
