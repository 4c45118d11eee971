const N = 624;
const M = 397;
const UPPER = 0x80000000;
const LOWER = 0x7fffffff;
const MATRIX = 0x9908b0df | 0;

/**
 * The Mersenne Twister's state of 624 words, from a seed or from a list of them.
 *
 * Source: M. Matsumoto, T. Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998), with the initialisation of 2002.
 */
export function seedState(seed: number | ArrayLike<number>): Int32Array {
  return typeof seed === "number" ? fromNumber(seed) : fromList(seed);
}

function fromNumber(seed: number): Int32Array {
  const key = new Int32Array(N);
  let word = seed | 0;
  key[0] = word;
  for (let i = 1; i < N; i++) {
    word = (Math.imul(word ^ (word >>> 30), 1812433253) + i) | 0;
    key[i] = word;
  }
  return key;
}

function fromList(seeds: ArrayLike<number>): Int32Array {
  const key = fromNumber(19650218);
  let i = 1;
  let j = 0;
  const wrap = (): void => {
    if (++i < N) return;
    key[0] = key[N - 1];
    i = 1;
  };
  for (let k = Math.max(N, seeds.length); k > 0; k--) {
    const before = key[i - 1];
    key[i] = (key[i] ^ Math.imul(before ^ (before >>> 30), 1664525)) + (seeds[j] | 0) + j;
    j = (j + 1) % seeds.length;
    wrap();
  }
  for (let k = N - 1; k > 0; k--) {
    const before = key[i - 1];
    key[i] = (key[i] ^ Math.imul(before ^ (before >>> 30), 1566083941)) - i;
    wrap();
  }
  key[0] = UPPER | 0;
  return key;
}

/** Turns the state over: the next 624 words, untempered. */
export function twist(key: Int32Array): void {
  let i = 0;
  for (; i < N - M; i++) {
    const y = (key[i] & UPPER) | (key[i + 1] & LOWER);
    key[i] = key[i + M] ^ (y >>> 1) ^ (-(y & 1) & MATRIX);
  }
  for (; i < N - 1; i++) {
    const y = (key[i] & UPPER) | (key[i + 1] & LOWER);
    key[i] = key[i + M - N] ^ (y >>> 1) ^ (-(y & 1) & MATRIX);
  }
  const y = (key[N - 1] & UPPER) | (key[0] & LOWER);
  key[N - 1] = key[M - 1] ^ (y >>> 1) ^ (-(y & 1) & MATRIX);
}

/** The output of one word of state, as a signed 32-bit integer. */
export function temper(word: number): number {
  word ^= word >>> 11;
  word ^= (word << 7) & 0x9d2c5680;
  word ^= (word << 15) & 0xefc60000;
  return word ^ (word >>> 18);
}

/** Words in a state. */
export const STATE_WORDS = N;
