import { type DType, DTypeError } from "../array/mod.ts";

const SIGNED: Record<string, number> = { int8: 8, int16: 16, int32: 32, int64: 64 };
const UNSIGNED: Record<string, number> = { uint8: 8, uint16: 16, uint32: 32 };

/** The kind that holds what two kinds hold, by NumPy's rules. */
export function promote(a: DType, b: DType): DType {
  if (a === b) return a;
  if (a === "string" || b === "string") throw new DTypeError(`text and ${a === "string" ? b : a} have no common kind`);
  if (a === "bool") return b;
  if (b === "bool") return a;
  if (a === "float64" || b === "float64") return "float64";
  if (a === "float32" || b === "float32") {
    const other = a === "float32" ? b : a;
    return (SIGNED[other] ?? UNSIGNED[other]) <= 16 ? "float32" : "float64";
  }
  const sa = SIGNED[a], sb = SIGNED[b];
  if (sa !== undefined && sb !== undefined) return sa > sb ? a : b;
  if (sa === undefined && sb === undefined) return UNSIGNED[a] > UNSIGNED[b] ? a : b;
  const signed = sa ?? sb, unsigned = UNSIGNED[a] ?? UNSIGNED[b];
  return `int${Math.max(signed, Math.min(64, 2 * unsigned))}` as DType;
}

/** The kind of an array together with a number: the number is of the array's kind where that holds it. */
export function promoteNumber(a: DType, value: number): DType {
  if (a === "string") throw new DTypeError("text and numbers have no common kind");
  if (a === "float64" || a === "float32") return a;
  if (!Number.isInteger(value)) return "float64";
  return a === "bool" ? "int64" : a;
}

/** The kind that arithmetic with fractions gives. */
export function fractional(a: DType): DType {
  if (a === "string") throw new DTypeError("text is no number");
  return a === "float32" ? a : "float64";
}
