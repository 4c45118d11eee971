import { type Cell, type Column, dtypeOf, type NumericData, Table } from "../array/mod.ts";
import { didYouMean, UnknownNameError } from "../utils/mod.ts";
import { FileFormatError } from "./errors.ts";

/** The columns that were asked for, in their order; all if none were. */
export function pickNames(all: readonly string[], wanted: readonly string[] | undefined, where: string): string[] {
  for (const name of wanted ?? []) {
    if (!all.includes(name)) {
      throw new UnknownNameError(`${where}: no column ${JSON.stringify(name)}; ${didYouMean(name, all)}`);
    }
  }
  return [...wanted ?? all];
}

/** Names made distinct: the second `a` becomes `a.1`. */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let out = name;
    for (let k = 1; taken.has(out); k++) out = `${name}.${k}`;
    taken.add(out);
    return out;
  });
}

/** Parts of a column after each other, as one: numbers in a typed array wherever all are numbers. */
export function joinParts(parts: readonly ArrayLike<unknown>[], where: string): Column {
  const length = parts.reduce((n, part) => n + part.length, 0);
  const kinds = new Set(parts.map((part) => dtypeOf(part)));
  const [kind] = kinds;
  if (kinds.size === 1 && kind !== undefined && kind !== "string" && kind !== "int64") {
    if (parts.length === 1) return parts[0] as NumericData;
    const out = new (parts[0].constructor as new (n: number) => NumericData)(length);
    let at = 0;
    for (const part of parts) {
      out.set(part as NumericData, at);
      at += part.length;
    }
    return out;
  }
  const cells: Cell[] = new Array(length);
  let at = 0;
  let numbers = length > 0;
  let some = false;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) {
      const v = cellOf(part[i], where);
      if (typeof v === "number") some = true;
      else if (v !== null) numbers = false;
      cells[at++] = v;
    }
  }
  return numbers && some ? Float64Array.from(cells, (v) => v === null ? NaN : v as number) : cells;
}

/** What a value of a file becomes: dates and times milliseconds since 1970 (UTC), large integers numbers. */
function cellOf(v: unknown, where: string): Cell {
  if (v === null || v === undefined) return null;
  switch (typeof v) {
    case "number":
    case "string":
    case "boolean":
      return v;
    case "bigint":
      return Number(v);
    default:
      if (v instanceof Date) return v.getTime();
      throw new FileFormatError(
        `${where} holds lists or records, which no table here can; leave it out with { columns: [ … ] }`,
      );
  }
}

/** A table of columns with these names. */
export function tableOf(names: readonly string[], columns: readonly Column[]): Table {
  return new Table(names.map((name, j) => [name, columns[j]] as const));
}
