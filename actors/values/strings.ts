/**
 * Strings that UTF-8 can carry.
 *
 * @module
 */

const LONGEST_STACK = 16_384;

/** Whether a short string has no lone surrogates; most have not even a surrogate. */
export function wellFormed(s: string): boolean {
  for (let i = 0; i < s.length; i++) if (s.charCodeAt(i) >= 0xd800) return s.isWellFormed();
  return true;
}

/** The beginning of a stack, and well-formed. */
export function wellFormedPart(s: string): string {
  return (s.length > LONGEST_STACK ? s.slice(0, LONGEST_STACK) + "\n    …" : s).toWellFormed();
}
