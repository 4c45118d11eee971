import type { Split } from "./splitter.ts";

/**
 * Splits as they travel. Where every sample is tested at most once and all others train, in ascending order, as with
 * most splitters, the fold of each sample says it all.
 */
export interface SplitCode {
  /** The splits themselves, where that is not so. */
  readonly splits?: readonly Split[];
  /** Number of splits. */
  readonly count: number;
  /** Number of the split that tests each sample; `count` for none. */
  readonly folds?: Uint8Array | Int32Array;
}

/** Writes splits of `n` samples down. */
export function encodeSplits(splits: readonly Split[], n: number): SplitCode {
  const count = splits.length;
  const folds = new Int32Array(n).fill(count);
  for (const [s, [train, test]] of splits.entries()) {
    if (train.length + test.length !== n || !ascends(train) || !ascends(test)) return { count, splits };
    if (!put(folds, test, s, count) || !areElsewhere(folds, train, s)) return { count, splits };
  }
  return { count, folds: count < 256 ? Uint8Array.from(folds) : folds };
}

/** Reads what {@linkcode encodeSplits} wrote. */
export function decodeSplits({ splits, count, folds }: SplitCode): readonly Split[] {
  if (splits !== undefined) return splits;
  const of = folds as Uint8Array;
  const sizes = new Int32Array(count + 1);
  for (let i = 0; i < of.length; i++) sizes[of[i]]++;
  return Array.from({ length: count }, (_, s): Split => {
    const test = new Int32Array(sizes[s]);
    const train = new Int32Array(of.length - sizes[s]);
    for (let i = 0, a = 0, b = 0; i < of.length; i++) {
      if (of[i] === s) test[a++] = i;
      else train[b++] = i;
    }
    return [train, test];
  });
}

/** Writes down that a split tests these samples; false where one is none, or is tested by another. */
function put(folds: Int32Array, test: Int32Array, split: number, none: number): boolean {
  for (let t = 0; t < test.length; t++) {
    if (folds[test[t]] !== none) return false;
    folds[test[t]] = split;
  }
  return true;
}

/** Whether these are samples that a split does not test. */
function areElsewhere(folds: Int32Array, train: Int32Array, split: number): boolean {
  for (let t = 0; t < train.length; t++) {
    const fold = folds[train[t]];
    if (fold === undefined || fold === split) return false;
  }
  return true;
}

function ascends(values: Int32Array): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] <= values[i - 1]) return false;
  return true;
}
