/** Powers of ten that a float64 holds exactly. */
const TENS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
const [TAB, LF, CR, SPACE, QUOTE, PLUS, MINUS, DOT, ZERO, NINE, E] = [9, 10, 13, 32, 34, 43, 45, 46, 48, 57, 101];
/** Most characters of a number. */
const LONGEST = 64;

/** How lines are put into a table. */
export interface NumberLines {
  /** The byte between fields. */
  readonly delimiter: number;
  /** Where in a row each field goes; −1 for nowhere. */
  readonly places: Int32Array;
  /** Columns of the table. */
  readonly width: number;
}

/**
 * Reads lines of plain numbers into a table, without making text of them. What is anything but digits with a sign, a point and an exponent, or nothing
 * at all for NaN, is left to those who know more; fields that go nowhere may hold any text without quotes.
 *
 * A number whose digits a float64 holds, with a small exponent, is one exact product or quotient: W. D. Clinger, "How to read floating point numbers accurately"
 * (1990). Others are read by the engine.
 *
 * @param bytes whole lines
 * @param out rows of `width` numbers, from `row` on
 * @returns the row after the last; −1 when there is anything else in the lines
 */
export function readNumberLines(bytes: Uint8Array, lines: NumberLines, out: Float64Array, row: number): number {
  const { delimiter, places, width } = lines;
  const fields = places.length, length = bytes.length;
  let at = 0;
  while (at < length) {
    if (bytes[at] === LF) {
      at++;
      continue;
    }
    if (bytes[at] === CR && bytes[at + 1] === LF) {
      at += 2;
      continue;
    }
    for (let field = 0; field < fields; field++) {
      const start = at;
      const place = places[field];
      const last = field + 1 === fields;
      if (place < 0) {
        for (; at < length && bytes[at] !== delimiter && bytes[at] !== LF; at++) if (bytes[at] === QUOTE) return -1;
        if ((at < length && bytes[at] === delimiter) === last) return -1;
        at++;
        continue;
      }
      const negative = bytes[at] === MINUS;
      if (negative || bytes[at] === PLUS) at++;
      let mantissa = 0, digits = 0, fraction = 0, exponent = 0;
      const first = at;
      for (; at < length && bytes[at] >= ZERO && bytes[at] <= NINE; at++) mantissa = mantissa * 10 + (bytes[at] - ZERO);
      digits = at - first;
      if (bytes[at] === DOT) {
        const point = ++at;
        for (; at < length && bytes[at] >= ZERO && bytes[at] <= NINE; at++) mantissa = mantissa * 10 + bytes[at] - ZERO;
        fraction = at - point;
        digits += fraction;
      }
      if (digits > 0 && (bytes[at] | 32) === E) {
        at++;
        const down = bytes[at] === MINUS;
        if (down || bytes[at] === PLUS) at++;
        const power = at;
        for (; at < length && bytes[at] >= ZERO && bytes[at] <= NINE; at++) exponent = exponent * 10 + bytes[at] - ZERO;
        if (at === power) return -1;
        if (down) exponent = -exponent;
      }
      const next = at < length ? bytes[at] : LF;
      if (last ? next !== LF && !(next === CR && bytes[at + 1] === LF) : next !== delimiter) return -1;
      let value: number;
      // Nothing at all: no value. A sign or a point alone is something else.
      if (digits === 0) {
        if (at !== start) return -1;
        value = NaN;
      } else {
        const scale = exponent - fraction;
        // What did not go past this was exact all the way.
        if (mantissa <= Number.MAX_SAFE_INTEGER && scale >= -22 && scale <= 22) {
          value = scale < 0 ? mantissa / TENS[-scale] : mantissa * TENS[scale];
          if (negative) value = -value;
        } else {
          // Long whole numbers are names, and not for computing.
          if ((fraction === 0 && exponent === 0) || at - start > LONGEST) return -1;
          value = Number(String.fromCharCode.apply(null, bytes.subarray(start, at) as unknown as number[]));
        }
      }
      out[row * width + place] = value;
      at += last && next === CR ? 2 : 1;
    }
    row++;
  }
  return row;
}

/** Whether a text is one byte that can stand between numbers. */
export function delimiterByte(delimiter: string): number | undefined {
  const code = delimiter.charCodeAt(0);
  const other = code < 128 && (code > SPACE || code === TAB || code === SPACE) && !/[0-9eE.+\-"]/.test(delimiter);
  return delimiter.length === 1 && other ? code : undefined;
}
