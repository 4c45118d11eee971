/**
 * Amounts of memory, as people write them.
 *
 * @module
 */

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1e3,
  kb: 1e3,
  m: 1e6,
  mb: 1e6,
  g: 1e9,
  gb: 1e9,
  t: 1e12,
  tb: 1e12,
  ki: 2 ** 10,
  kib: 2 ** 10,
  mi: 2 ** 20,
  mib: 2 ** 20,
  gi: 2 ** 30,
  gib: 2 ** 30,
  ti: 2 ** 40,
  tib: 2 ** 40,
};

/**
 * Bytes of an amount such as `"4GiB"`, `"500 MB"`, `"1.5e9"` or a number. Throws RangeError for anything else.
 *
 * @example
 * ```ts
 * import { parseBytes } from "./bytes.ts";
 * console.log(parseBytes("4GiB")); // 4294967296
 * ```
 */
export function parseBytes(amount: string | number): number {
  if (typeof amount === "string") {
    const match = /^\s*(\d+(?:\.\d+)?(?:e\d+)?)\s*([a-z]*)\s*$/i.exec(amount);
    const unit = match === null ? undefined : UNITS[match[2].toLowerCase()];
    if (match !== null && unit !== undefined) return Math.round(Number(match[1]) * unit);
  } else if (Number.isFinite(amount) && amount > 0) {
    return Math.round(amount);
  }
  throw new RangeError(
    `expected an amount of memory such as "4GiB", "500MB" or a number of bytes, got ${JSON.stringify(amount)}`,
  );
}

/** An amount of bytes for people: `"4 GiB"`, `"1.5 MiB"`. */
export function formatBytes(bytes: number): string {
  for (const [unit, size] of [["TiB", 2 ** 40], ["GiB", 2 ** 30], ["MiB", 2 ** 20], ["KiB", 2 ** 10]] as const) {
    if (bytes >= size) return `${Math.round(bytes / size * 100) / 100} ${unit}`;
  }
  return `${bytes} B`;
}
