/**
 * Numbers and the like, read without the machinery that other values need: most results of small tasks are such.
 *
 * @module
 */

const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);

/** What {@link scalarAt} gives for everything else. */
export const NO_SCALAR: unique symbol = Symbol("no scalar");

/** The number, boolean or null that the blob `bytes[start..end)` is, or {@link NO_SCALAR}. */
export function scalarAt(bytes: Uint8Array, start: number, end: number): number | boolean | null | typeof NO_SCALAR {
  const c = bytes[start];
  switch (end - start) {
    case 1:
      if (c < 0x80) return c;
      if (c >= 0xe0) return c - 256;
      return c === 0xc3 ? true : c === 0xc2 ? false : c === 0xc0 ? null : NO_SCALAR;
    case 2:
      return c === 0xcc ? bytes[start + 1] : NO_SCALAR;
    case 3:
      return c === 0xcd ? (bytes[start + 1] << 8) | bytes[start + 2] : NO_SCALAR;
    case 5: {
      const n = (bytes[start + 1] << 24) | (bytes[start + 2] << 16) | (bytes[start + 3] << 8) | bytes[start + 4];
      return c === 0xce ? n >>> 0 : c === 0xd2 ? n : NO_SCALAR;
    }
    case 9:
      if (c !== 0xcb) return NO_SCALAR;
      for (let i = 0; i < 8; i++) floatBytes[7 - i] = bytes[start + 1 + i];
      return float[0];
  }
  return NO_SCALAR;
}
