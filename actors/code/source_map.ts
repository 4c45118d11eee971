/**
 * As much of source maps (ECMA-426) as is needed to say from which file a piece of a bundle came.
 *
 * @module
 */

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The fields of a source map that matter here. */
export interface SourceMap {
  /** File names, relative to where the bundle lies. */
  sources: string[];
  /** Base64 VLQ. */
  readonly mappings: string;
  /** Texts of the sources. */
  sourcesContent?: (string | null)[];
}

/** For each generated line, segments of generated column and index of the source, in order of column. */
export function segments(map: SourceMap): [column: number, source: number][][] {
  let source = 0;
  return map.mappings.split(";").map((line) => {
    let column = 0;
    if (line === "") return [];
    return line.split(",").map((segment) => {
      const fields = vlq(segment);
      column += fields[0];
      if (fields.length > 1) source += fields[1];
      return [column, source];
    });
  });
}

function vlq(segment: string): number[] {
  const out: number[] = [];
  let value = 0, shift = 0;
  for (const c of segment) {
    const digit = DIGITS.indexOf(c);
    value += (digit & 31) * 2 ** shift;
    shift += 5;
    if ((digit & 32) === 0) {
      out.push(value % 2 === 1 ? -(value - 1) / 2 : value / 2);
      value = shift = 0;
    }
  }
  return out;
}
