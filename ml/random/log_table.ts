/** Parts of the range of mantissas that the table of logarithms has. */
const PARTS = 256;
/** Bits behind the point of the fixed-point numbers that it is computed with. */
const BITS = 120n;
const ONE = 1n << BITS;

/** ln(256 / j), in fixed point. */
function logOfRatio(j: number): bigint {
  // ln y = 2 artanh((y − 1) / (y + 1))
  const z = (BigInt(256 - j) << BITS) / BigInt(256 + j);
  const square = z * z >> BITS;
  let sum = 0n;
  for (let power = z, n = 1n; power !== 0n && power !== -1n; power = power * square >> BITS, n += 2n) sum += power / n;
  return 2n * sum;
}

/**
 * What `gaussians` of assembly/random.as looks up: for each of 256 parts of the range of mantissas [0.6875, 1.375) an inverse of few bits, and
 * the logarithm of its inverse as a sum of two, of which the first is a multiple of 2^-42.
 */
export function logTable(): Float64Array {
  return table ??= make();
}

let table: Float64Array | undefined;

function make(): Float64Array {
  const table = new Float64Array(3 * PARTS);
  const bits = new BigInt64Array(1), value = new Float64Array(bits.buffer);
  for (let i = 0; i < PARTS; i++) {
    // The middle of the part; both parts that touch 1 have the inverse 1, so that logarithms near 0 are as exact as others.
    bits[0] = 0x3fe6000000000000n + (BigInt(i) << 44n) + (1n << 43n);
    const j = value[0] > 1 - 1 / 512 && value[0] < 1 + 1 / 256 ? 256 : Math.round(256 / value[0]);
    const log = logOfRatio(j);
    const high = ((log >> (BITS - 43n)) + 1n) >> 1n;
    table[3 * i] = j / 256;
    table[3 * i + 1] = Number(high) / 2 ** 42;
    table[3 * i + 2] = Number(log - (high << (BITS - 42n))) / Number(ONE);
  }
  return table;
}

const LN2_HI = 0.6931471805598903, LN2_LO = 5.497923018708371e-14;
const float = new Float64Array(1), halves = new Int32Array(float.buffer);

/**
 * The natural logarithm of a positive normal number within 0.51 units in the last place, step by step as assembly/random.as has it: what is drawn
 * one by one is equal to what is drawn in blocks, and on every machine.
 */
export function logarithm(x: number): number {
  const t = table ??= make();
  float[0] = x;
  const shifted = (halves[1] - 0x3fe60000) | 0;
  const k = shifted >> 20, at = 3 * ((shifted >> 12) & 255);
  halves[1] -= k << 20;
  const m = float[0];
  halves[0] &= 0xf8000000;
  const mHigh = float[0], inverse = t[at];
  const r = (mHigh * inverse - 1) + (m - mHigh) * inverse;
  const hi = k * LN2_HI + t[at + 1], w = hi + r;
  const lo = ((hi - w) + r) + (k * LN2_LO + t[at + 2]);
  const r2 = r * r;
  let p = 1 / 7 + r * (-1 / 8);
  p = (1 / 5 + r * (-1 / 6)) + r2 * p;
  p = (1 / 3 + r * (-1 / 4)) + r2 * p;
  return w + (lo + (r2 * -0.5 + r2 * r * p));
}
