import { instantiate, privateMemory, type Room } from "../kernels/mod.ts";
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
