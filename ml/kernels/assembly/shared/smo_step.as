// One move of sequential minimal optimisation.

/** Stands for a curvature that is not positive. */
export const TAU: f64 = 1e-12;

/** What the last step moved either sample's β by. */
export let BY_I: f64 = 0;
export let BY_J: f64 = 0;

/** Largest α of either class that any step came to. */
export let MOST_PLUS: f64 = 0;
export let MOST_MINUS: f64 = 0;
export function clearMost(): void {
  MOST_PLUS = MOST_MINUS = 0;
}

/**
 * Moves β of two samples, at offsets of bytes, to the least along their pair within bounds, as LIBSVM steps and clips, in α: at exact ties the path
 * hangs on the last digit.
 */
export function step(oi: usize, oj: usize, curve: f64, F: usize, beta: usize, lo: usize, hi: usize): void {
  if (!(curve > TAU)) curve = TAU;
  const bi = load<f64>(beta + oi);
  const bj = load<f64>(beta + oj);
  const plusI = load<f64>(hi + oi) > 0;
  const plusJ = load<f64>(hi + oj) > 0;
  const ci = plusI ? load<f64>(hi + oi) : -load<f64>(lo + oi);
  const cj = plusJ ? load<f64>(hi + oj) : -load<f64>(lo + oj);
  const ai = plusI ? bi : -bi;
  const aj = plusJ ? bj : -bj;
  const fi = load<f64>(F + oi);
  const fj = load<f64>(F + oj);
  let x: f64, z: f64;
  if (plusI != plusJ) {
    const d = ((plusI ? -fi : fi) + (plusJ ? -fj : fj)) / curve;
    const diff = ai - aj;
    x = ai + d;
    z = aj + d;
    if (diff > 0) {
      if (z < 0) {
        z = 0;
        x = diff;
      }
    } else if (x < 0) {
      x = 0;
      z = -diff;
    }
    if (diff > ci - cj) {
      if (x > ci) {
        x = ci;
        z = ci - diff;
      }
    } else if (z > cj) {
      z = cj;
      x = cj + diff;
    }
  } else {
    const d = ((plusI ? fi : -fi) - (plusJ ? fj : -fj)) / curve;
    const sum = ai + aj;
    x = ai - d;
    z = aj + d;
    if (sum > ci) {
      if (x > ci) {
        x = ci;
        z = sum - ci;
      }
    } else if (z < 0) {
      z = 0;
      x = sum;
    }
    if (sum > cj) {
      if (z > cj) {
        z = cj;
        x = sum - cj;
      }
    } else if (x < 0) {
      x = 0;
      z = sum;
    }
  }
  if (plusI) MOST_PLUS = max(MOST_PLUS, x);
  else MOST_MINUS = max(MOST_MINUS, x);
  if (plusJ) MOST_PLUS = max(MOST_PLUS, z);
  else MOST_MINUS = max(MOST_MINUS, z);
  x = plusI ? x : -x;
  z = plusJ ? z : -z;
  BY_I = x - bi;
  BY_J = z - bj;
  store<f64>(beta + oi, x);
  store<f64>(beta + oj, z);
}
