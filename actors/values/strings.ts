/**
 * Strings that UTF-8 can carry.
 *
 * @module
 */

const LONGEST_STACK = 16_384;

/**
 * Whether MessagePack, as it is read here, carries a string as it is: it has no lone surrogates, and begins with no byte order mark,
 * which a reader may take away.
 */
export function carried(s: string): boolean {
  const n = s.length;
  if (n >= 32) return s.charCodeAt(0) !== 0xfeff && s.isWellFormed();
  // Most short ones have not even a surrogate.
  for (let i = 0; i < n; i++) if (s.charCodeAt(i) >= 0xd800) return s.charCodeAt(0) !== 0xfeff && s.isWellFormed();
  return true;
}

/** A string's UTF-16 units, in the machine's order as typed arrays are. */
export function utf16(s: string): Uint8Array {
  const units = new Uint16Array(s.length);
  for (let i = 0; i < s.length; i++) units[i] = s.charCodeAt(i);
  return new Uint8Array(units.buffer);
}

/** The string of {@link utf16}'s bytes. */
export function fromUtf16(bytes: Uint8Array): string {
  const units = new Uint16Array(bytes.slice().buffer);
  let s = "";
  for (let i = 0; i < units.length; i += 4096) s += String.fromCharCode(...units.subarray(i, i + 4096));
  return s;
}

/** The beginning of a stack, and well-formed. */
export function wellFormedPart(s: string): string {
  return (s.length > LONGEST_STACK ? s.slice(0, LONGEST_STACK) + "\n    …" : s).toWellFormed();
}
