import assert from "node:assert/strict";
import { type ArrayInput, type NDArray, toNDArray } from "../../ml/mod.ts";
import { observe, observing } from "../parity/observe.ts";

/** Arrays and digests that are golden values, where somebody observes how near they are. */
const known = new WeakSet<object>();
/** Numbers with a fraction are known by what they are. */
const knownNumbers = new Set<number>();

function know(value: unknown): void {
  if (typeof value === "number" && !Number.isInteger(value)) knownNumbers.add(value);
  if (typeof value !== "object" || value === null || known.has(value)) return;
  known.add(value);
  for (const member of Object.values(value)) know(member);
}

/** Golden values as `tests/fixtures/NAME.py` wrote them. */
// deno-lint-ignore no-explicit-any -- each fixture has a form of its own
export function golden(name: string): any {
  const values = JSON.parse(Deno.readTextFileSync(new URL(`../fixtures/${name}.json`, import.meta.url)));
  if (observing) know(values);
  return values;
}

/** Parameters of scikit-learn with names in camelCase. */
// deno-lint-ignore no-explicit-any -- handed on to constructors
export function camelCase(params: Record<string, unknown>): any {
  return Object.fromEntries(
    Object.entries(params).map(([k, v]) => [k.replaceAll(/(?<!_)_([a-z])/g, (_, c: string) => c.toUpperCase()), v]),
  );
}

function numbers(x: ArrayInput): { data: number[]; shape: number[] } {
  const array = toNDArray(x);
  return { data: Array.from(array.data as ArrayLike<unknown>, Number), shape: array.shape };
}

/** Numbers of the same shape, equal up to a relative (and, near zero, absolute) error. */
export function assertClose(actual: ArrayInput | number, expected: ArrayInput | number, tol = 1e-12, what = ""): void {
  const isGolden = observing &&
    (typeof expected === "number" ? knownNumbers.has(expected) : known.has(expected));
  if (typeof actual === "number") actual = [actual];
  if (typeof expected === "number") expected = [expected];
  const a = numbers(actual);
  const e = numbers(expected);
  if (a.data.length + e.data.length > 0) assert.deepEqual(a.shape, e.shape, `${what}: shape`);
  if (isGolden) observeNumbers(a.data, e.data, tol);
  for (let i = 0; i < e.data.length; i++) {
    const far = Math.abs(a.data[i] - e.data[i]) / Math.max(1, Math.abs(e.data[i]));
    assert.ok(
      far <= tol || Object.is(a.data[i], e.data[i]) || (a.data[i] !== a.data[i] && e.data[i] !== e.data[i]),
      `${what}[${i}]: ${a.data[i]}, expected ${e.data[i]}`,
    );
  }
}

function observeNumbers(actual: readonly number[], expected: readonly number[], allowed: number): void {
  let same = 0, far = 0;
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i], expected[i]];
    if (a === e || (a !== a && e !== e)) same++;
    else far = Math.max(far, Math.abs(a - e) / Math.max(1, Math.abs(e)));
  }
  observe({ numbers: { count: expected.length, same, far, allowed } });
}

function distance(actual: readonly number[], expected: readonly number[]): number {
  let far = 0;
  for (let i = 0; i < expected.length; i++) {
    if (!Object.is(actual[i], expected[i])) {
      far = Math.max(far, Math.abs(actual[i] - expected[i]) / Math.max(1, Math.abs(expected[i])));
    }
  }
  return far;
}

/**
 * Numbers that are within `tol` of the exact ones (50 digits, rounded once), or at least not farther from them than the peer's, which rounding took
 * away from them.
 */
export function assertExact(
  actual: ArrayInput | number,
  exact: ArrayInput | number,
  peer: ArrayInput | number,
  tol = 1e-9,
  what = "",
): void {
  const list = (x: ArrayInput | number): number[] => typeof x === "number" ? [x] : numbers(x).data;
  const [a, e, p] = [list(actual), list(exact), list(peer)];
  assert.deepEqual([a.length, p.length], [e.length, e.length], `${what}: length`);
  const ours = distance(a, e), theirs = distance(p, e);
  if (observing) {
    const same = a.reduce((n, v, i) => n + (v === p[i] ? 1 : 0), 0);
    observe({ numbers: { count: e.length, same, far: distance(a, p), allowed: tol, exact: { ours, theirs } } });
  }
  assert.ok(ours <= Math.max(tol, theirs), `${what}: ${ours} from the exact values, scikit-learn's ${theirs}`);
}

/** The stand-in for a long array that the fixtures' `digest` made. */
export interface Digest {
  shape: number[];
  sum: number;
  weighted: number;
  size: number;
  first: number[];
  last: number[];
}

/** An array whose digest is the golden one, up to a relative error. */
export function assertDigest(actual: NDArray, expected: Digest, tol = 1e-12, what = ""): void {
  const { data, shape } = numbers(actual);
  assert.deepEqual(shape, expected.shape, `${what}: shape`);
  assertClose(data.slice(0, 6), expected.first, tol, `${what}: first`);
  assertClose(data.slice(-6), expected.last, tol, `${what}: last`);
  let sum = 0;
  let weighted = 0;
  for (let i = 0; i < data.length; i++) {
    sum += data[i];
    weighted += data[i] * (i % 101 + 1);
  }
  // Errors of a sum are measured by the size of what is summed.
  const scale = Math.max(1, expected.size);
  const slack = Math.max(tol, 1e-13);
  assert.ok(Math.abs(sum - expected.sum) / scale <= slack, `${what}: sum ${sum}, expected ${expected.sum}`);
  assert.ok(
    Math.abs(weighted - expected.weighted) / scale <= slack,
    `${what}: weighted ${weighted}, not ${expected.weighted}`,
  );
}

/** The same for long arrays, both ends of them. */
export function assertExactDigest(actual: NDArray, exact: Digest, peer: Digest, tol = 1e-9, what = ""): void {
  const { data, shape } = numbers(actual);
  assert.deepEqual(shape, exact.shape, `${what}: shape`);
  assertExact(data.slice(0, 6), exact.first, peer.first, tol, `${what}: first`);
  assertExact(data.slice(-6), exact.last, peer.last, tol, `${what}: last`);
  const sum = data.reduce((s, v) => s + v, 0), scale = Math.max(1, exact.size);
  const far = Math.abs(sum - exact.sum) / scale, theirs = Math.abs(peer.sum - exact.sum) / scale;
  assert.ok(far <= Math.max(tol, theirs), `${what}: sum ${sum}, exactly ${exact.sum}`);
}

/** What `fn` writes by console.log and console.warn. */
export async function captured(fn: () => unknown): Promise<{ log: string[]; warn: string[] }> {
  const { log, warn } = console;
  const out = { log: [] as string[], warn: [] as string[] };
  console.log = (...args: unknown[]) => void out.log.push(args.join(" "));
  console.warn = (...args: unknown[]) => void out.warn.push(args.join(" "));
  try {
    await fn();
  } finally {
    console.log = log;
    console.warn = warn;
  }
  return out;
}
