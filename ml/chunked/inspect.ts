import { type DType, escapeHTML } from "../array/mod.ts";
import { type Chunks, countBlocks, isKnown, itemSize, shapeOf } from "./chunks.ts";

/** What the printing functions need of a chunked array. */
export interface PrintableChunks {
  /** Lengths of the blocks. */
  readonly chunks: Chunks;
  /** Kind of the elements. */
  readonly dtype: DType;
  /** Whether the blocks are kept on the workers. */
  readonly persisted: boolean;
}

function list(values: readonly number[]): string {
  return `[${values.map((n) => n === n ? n : "?").join(", ")}]`;
}

/** Bytes in a unit in which they are a short number. */
export function showBytes(bytes: number): string {
  if (bytes !== bytes) return "unknown";
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let unit = 0;
  while (bytes >= 1000 && unit < units.length - 1) {
    bytes /= 1024;
    unit++;
  }
  return `${unit === 0 ? bytes : bytes.toFixed(2)} ${units[unit]}`;
}

function largest(chunks: Chunks): number[] {
  return chunks.map((axis) => isKnown(axis) ? Math.max(...axis) : NaN);
}

function bytesOf(shape: readonly number[], dtype: DType): number {
  return shape.reduce((a, b) => a * b, itemSize(dtype));
}

/** One line: kind, shape, form of the largest block, blocks, bytes. */
export function formatChunked({ chunks, dtype, persisted }: PrintableChunks): string {
  const shape = shapeOf(chunks), count = countBlocks(chunks);
  const blocks = `${count} ${count === 1 ? "block" : "blocks"} of ${list(largest(chunks))}`;
  return `ChunkedArray ${dtype} ${list(shape)}, ${blocks}, ${showBytes(bytesOf(shape, dtype))}${
    persisted ? ", on the workers" : ""
  }`;
}

/** Lines that are drawn along an axis at most. */
const MOST_LINES = 24;

/** Places of the cuts along an axis, drawn over `length` points. */
function cuts(axis: readonly number[], length: number): number[] {
  const total = axis.reduce((a, b) => a + b, 0);
  const each = total === total && total > 0;
  const ends = [0];
  axis.forEach((n, i) => ends.push(each ? ends[i] + n / total * length : (i + 1) / axis.length * length));
  const step = Math.ceil(axis.length / MOST_LINES);
  return ends.filter((_, i) => i % step === 0 || i === ends.length - 1);
}

function drawing(chunks: Chunks): string {
  const two = chunks.slice(-2);
  if (two.length === 0) return "";
  const [rows, columns] = two.length === 1 ? [[1], two[0]] : two;
  const sides = [rows, columns].map((axis) => {
    const n = axis.reduce((a, b) => a + b, 0);
    return n === n ? Math.max(1, n) : 100;
  });
  const most = Math.max(...sides);
  // Logarithmic, so that tall tables are not a line.
  const [height, width] = sides.map((n) => Math.max(12, 120 * Math.log(1 + n) / Math.log(1 + most)));
  const h = cuts(rows, height).map((y) =>
    `<line x1="0" y1="${y.toFixed(1)}" x2="${width.toFixed(1)}" y2="${y.toFixed(1)}"/>`
  );
  const v = cuts(columns, width).map((x) =>
    `<line x1="${x.toFixed(1)}" y1="0" x2="${x.toFixed(1)}" y2="${height.toFixed(1)}"/>`
  );
  const size = `width="${(width + 2).toFixed(0)}" height="${(height + 2).toFixed(0)}"`;
  const box = `viewBox="-1 -1 ${(width + 2).toFixed(0)} ${(height + 2).toFixed(0)}"`;
  return `<svg ${size} ${box} style="stroke:#555;stroke-width:1;fill:none"><rect width="${width.toFixed(1)}" ` +
    `height="${height.toFixed(1)}" style="fill:#e8b25d;stroke:none"/>${h.join("")}${v.join("")}</svg>`;
}

/** A table of the array and of its largest block, and a drawing of how it is cut. */
export function chunkedToHTML({ chunks, dtype, persisted }: PrintableChunks): string {
  const shape = shapeOf(chunks), block = largest(chunks), count = countBlocks(chunks);
  const row = (name: string, a: string, b: string): string =>
    `<tr><th>${name}</th><td>${escapeHTML(a)}</td><td>${escapeHTML(b)}</td></tr>`;
  const table = `<table><thead><tr><td></td><th>Array</th><th>Chunk</th></tr></thead><tbody>${
    row("Bytes", showBytes(bytesOf(shape, dtype)), showBytes(bytesOf(block, dtype)))
  }${row("Shape", list(shape), list(block))}${
    row("Blocks", `${count} ${count === 1 ? "block" : "blocks"}`, persisted ? "on the workers" : "delayed")
  }${row("Kind", dtype, "NDArray")}</tbody></table>`;
  return `<div style="display:flex;gap:1em;align-items:center">${table}${drawing(chunks)}</div>`;
}
