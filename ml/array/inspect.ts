import type { ArrayData, DType } from "./dtype.ts";

/** What the printing functions need of an array. */
export interface Printable {
  /** The elements, row after row. */
  readonly data: ArrayData;
  /** The length of each axis. */
  readonly shape: readonly number[];
  /** The kind of the elements. */
  readonly dtype: DType;
}

const EDGE = 3;
const THRESHOLD = 1000;

function formatter(array: Printable): (at: number) => string {
  const { data, dtype } = array;
  if (dtype === "string") return (at) => JSON.stringify(data[at]);
  if (dtype === "bool") return (at) => data[at] ? "true" : "false";
  if (dtype === "int64") return (at) => String(data[at]);
  if (dtype !== "float64" && dtype !== "float32") return (at) => String(data[at]);
  return (at) => {
    const v = Number(data[at]);
    if (Number.isInteger(v) && Math.abs(v) < 1e16) return `${Object.is(v, -0) ? "-0" : v}.`;
    if (!Number.isFinite(v)) return v !== v ? "nan" : v > 0 ? "inf" : "-inf";
    const size = Math.abs(v);
    return size >= 1e-4 && size < 1e8 ? String(Number(v.toFixed(8))) : v.toExponential(6).replace(/\.?0+e/, "e");
  };
}

function shown(length: number, summarize: boolean): number[] {
  if (!summarize || length <= 2 * EDGE) return Array.from({ length }, (_, i) => i);
  const ends = Array.from({ length: EDGE }, (_, i) => i);
  return [...ends, -1, ...ends.map((i) => length - EDGE + i)];
}

/** The values in brackets, rows below each other; long arrays are cut in the middle. */
export function formatValues(array: Printable, indent = ""): string {
  const { shape } = array;
  const size = shape.reduce((a, b) => a * b, 1);
  const summarize = size > THRESHOLD;
  const format = formatter(array);
  const cells: string[] = [];
  const walk = (axis: number, offset: number, collect: boolean, pad: string, width: number): string => {
    if (axis === shape.length) {
      const text = format(offset);
      if (collect) cells.push(text);
      return text.padStart(width);
    }
    const stride = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    const parts = shown(shape[axis], summarize).map((i) =>
      i < 0 ? "…" : walk(axis + 1, offset + i * stride, collect, pad + " ", width)
    );
    if (axis < shape.length - 1) return `[${parts.join(`,${"\n".repeat(shape.length - 1 - axis)}${pad} `)}]`;
    return `[${wrap(parts, pad + " ")}]`;
  };
  walk(0, 0, true, indent, 0);
  const width = cells.reduce((w, text) => Math.max(w, text.length), 0);
  return walk(0, 0, false, indent, width);
}

function wrap(parts: string[], pad: string, limit = 96): string {
  let line = "";
  let text = "";
  for (const [i, part] of parts.entries()) {
    const piece = i === parts.length - 1 ? part : `${part}, `;
    if (line.length + piece.length > limit && line !== "") {
      text += `${line.trimEnd()}\n${pad}`;
      line = "";
    }
    line += piece;
  }
  return text + line;
}

/**
 * One line that names kind and shape, then the values.
 *
 * @example
 * ```ts
 * import { formatArray, toNDArray } from "@troupe/troupe";
 * formatArray(toNDArray([[1, 2], [3, 4]])); // "NDArray float64 [2, 2]\n[[1., 2.],\n [3., 4.]]"
 * ```
 */
export function formatArray(array: Printable): string {
  const head = `NDArray ${array.dtype} [${array.shape.join(", ")}]`;
  const size = array.shape.reduce((a, b) => a * b, 1);
  if (size === 0) return head;
  const values = formatValues(array);
  return values.length + head.length < 100 && !values.includes("\n") ? `${head} ${values}` : `${head}\n${values}`;
}

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/**
 * Text made safe to stand inside HTML.
 *
 * @example
 * ```ts
 * import { escapeHTML } from "@troupe/troupe";
 * escapeHTML("a < b & c"); // "a &lt; b &amp; c"
 * ```
 */
export function escapeHTML(text: string): string {
  return text.replace(/[&<>"]/g, (c) => escapes[c]);
}

/** A table for notebooks: rows and columns for two axes, otherwise the printed text. */
export function arrayToHTML(array: Printable): string {
  const { shape, dtype } = array;
  const caption = `<code>NDArray ${dtype} [${shape.join(", ")}]</code>`;
  if (shape.length === 0 || shape.length > 2 || shape.includes(0)) {
    return `<div>${caption}<pre>${escapeHTML(formatValues(array))}</pre></div>`;
  }
  const [rows, columns] = shape.length === 2 ? shape : [1, shape[0]];
  const format = formatter(array);
  const cols = shown(columns, columns > 24);
  const head = cols.map((j) => `<th>${j < 0 ? "…" : j}</th>`).join("");
  const body = shown(rows, rows > 24).map((i) => {
    const cells = cols.map((j) => `<td>${i < 0 || j < 0 ? "…" : escapeHTML(format(i * columns + j))}</td>`);
    return `<tr><th>${i < 0 ? "…" : i}</th>${cells.join("")}</tr>`;
  });
  return `<div>${caption}<table><thead><tr><th></th>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}
