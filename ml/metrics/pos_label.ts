/** The label that is looked for; labels that are booleans are kept as 0 and 1. */
export type PosLabel = number | string | boolean | null;

/** A label as it is kept among others: false and true are 0 and 1. */
export function keptLabel<T>(label: T | boolean): T | number {
  return typeof label === "boolean" ? Number(label) : label;
}
