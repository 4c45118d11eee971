import { instantiate, KernelFrame, privateMemory, type Room } from "../kernels/mod.ts";
import * as built from "../kernels/wasm/random.ts";
import { logTable } from "./log_table.ts";
import { STATE_WORDS } from "./mt19937.ts";

/** What assembly/random.as exports. */
type RandomExports = {
  uniforms(key: number, pos: number, n: number, out: number, scratch: number): number;
  integers(
    key: number,
    pos: number,
    n: number,
    low: number,
    max: number,
    mask: number,
    out: number,
    scratch: number,
  ): number;
  descending(key: number, pos: number, n: number, top: number, out: number, scratch: number): number;
  gaussians(key: number, pos: number, pairs: number, out: number, scratch: number, table: number): number;
  around(x: number, n: number, list: number, scale: number): void;
};

/** Draws from which on a block is drawn by the module. */
export const WORTH = 128;
/** Draws that are made at a time: all their stages stay in the second cache. */
const BLOCK = 8192;

/** The words and the place of a generator. */
interface Generator {
  readonly key: Int32Array;
  pos: number;
}

/** Calls `draw` with places for state, output and scratch, and brings the state back. */
function within(
  rng: Generator,
  outBytes: number,
  scratchBytes: number,
  draw: (exports: RandomExports, key: number, out: number, scratch: number, buffer: ArrayBufferLike) => void,
): void {
  const home = privateMemory();
  const room: Room = home.allocate(STATE_WORDS * 4 + 64 + outBytes + scratchBytes)!;
  try {
    const { buffer } = home.memory;
    const key = new Int32Array(buffer, room.pointer, STATE_WORDS);
    key.set(rng.key);
    const out = room.pointer + STATE_WORDS * 4 + 64;
    draw(instantiate<RandomExports>(built, home.memory), room.pointer, out, out + outBytes, buffer);
    rng.key.set(key);
  } finally {
    room.free();
  }
}

/** Fills an array with uniforms in [0, 1). */
export function fillUniforms(rng: Generator, to: Float64Array): void {
  const n = Math.min(BLOCK, to.length);
  within(rng, n * 8, n * 8 + 16, (exports, key, out, scratch, buffer) => {
    const made = new Float64Array(buffer, out, n);
    for (let at = 0; at < to.length; at += n) {
      const count = Math.min(n, to.length - at);
      rng.pos = exports.uniforms(key, rng.pos, count, out, scratch);
      to.set(count === n ? made : made.subarray(0, count), at);
    }
  });
}

/** Fills an array with whole numbers from `low` to `low + max`; `mask` is the smallest number of ones that covers `max`. */
export function fillIntegers(rng: Generator, to: Int32Array, low: number, max: number, mask: number): void {
  const n = Math.min(BLOCK, to.length);
  // One more, for the number that is left out may be written behind the last.
  within(rng, n * 4 + 16, n * 4, (exports, key, out, scratch, buffer) => {
    const made = new Int32Array(buffer, out, n);
    for (let at = 0; at < to.length; at += n) {
      const count = Math.min(n, to.length - at);
      rng.pos = exports.integers(key, rng.pos, count, low, max, mask, out, scratch);
      to.set(count === n ? made : made.subarray(0, count), at);
    }
  });
}

/** Fills an array of even length with standard gaussians, pair by pair. */
export function fillGaussians(rng: Generator, to: Float64Array): void {
  const n = Math.min(BLOCK, to.length);
  const table = logTable();
  within(rng, n * 8 + table.byteLength, n * 20 + 128, (exports, key, out, scratch, buffer) => {
    new Float64Array(buffer, out + n * 8, table.length).set(table);
    const made = new Float64Array(buffer, out, n);
    for (let at = 0; at < to.length; at += n) {
      const count = Math.min(n, to.length - at);
      rng.pos = exports.gaussians(key, rng.pos, count / 2, out, scratch, out + n * 8);
      to.set(count === n ? made : made.subarray(0, count), at);
    }
  });
}

/**
 * Fills rows with gaussians around a centre, as NumPy's `normal(center, scale, [n, m])`. Rows in a worker's shared memory are made in place.
 *
 * @param to whole rows, each as long as the centre; more than none of them
 * @param next one gaussian of the generator
 */
export function fillAround(
  rng: Generator & { hasGauss: boolean },
  to: Float64Array,
  center: Float64Array,
  scale: number,
  next: () => number,
): void {
  const m = center.length;
  const n = Math.min(BLOCK, to.length);
  const table = logTable();
  using frame = new KernelFrame<RandomExports>(
    built,
    [to],
    2 * m * 8 + n * 36 + table.byteLength + STATE_WORDS * 4 + 1024,
  );
  const { exports } = frame;
  // In place, if that is where it computes.
  const inPlace = !frame.home.isPrivate;
  const rows = inPlace ? frame.inout(to) : 0;
  const key = frame.temp(STATE_WORDS * 4);
  const list = frame.temp((n + m) * 8);
  const logs = frame.temp(table.byteLength);
  const scratch = frame.temp(n * 20 + 128);
  const made = inPlace ? 0 : frame.temp(n * 8);
  frame.f64(logs, table.length).set(table);
  const around = frame.f64(list, n + m);
  for (let i = 0; i < around.length; i++) around[i] = center[i % m];
  const words = frame.i32(key, STATE_WORDS);
  words.set(rng.key);
  const put = (at: number, value: number): void => {
    to[at] = center[at % m] + scale * value;
  };
  const one = (at: number): void => {
    // Its words come of the state as it is by now.
    rng.key.set(words);
    put(at, next());
    words.set(rng.key);
  };
  let at = 0;
  // The one that waits comes first; then pairs; the last one of an odd number leaves another waiting.
  if (rng.hasGauss) one(at++);
  while (at + 2 <= to.length) {
    const count = Math.min(n & ~1, (to.length - at) & ~1);
    const out = inPlace ? rows + 8 * at : made;
    rng.pos = exports.gaussians(key, rng.pos, count / 2, out, scratch, logs);
    exports.around(out, count, list + 8 * (at % m), scale);
    if (!inPlace) to.set(frame.f64(made, count), at);
    at += count;
  }
  if (at < to.length) one(at);
  rng.key.set(words);
}

/**
 * What a shuffle of `n` entries draws: for each i from n − 1 down to 1 a number from 0 to i. Calls `use` with them in order, block by block: `drawn[k]`
 * is that of i = top − k.
 */
export function drawDescending(
  rng: Generator,
  n: number,
  use: (drawn: Int32Array, count: number, top: number) => void,
): void {
  const most = Math.min(BLOCK, n - 1);
  within(rng, most * 4 + 16, most * 4, (exports, key, out, scratch, buffer) => {
    const drawn = new Int32Array(buffer, out, most);
    for (let top = n - 1; top > 0; top -= most) {
      const count = Math.min(most, top);
      rng.pos = exports.descending(key, rng.pos, count, top, out, scratch);
      use(drawn, count, top);
    }
  });
}
