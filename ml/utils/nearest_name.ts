/** Number of single-character edits between two texts; an exchange of neighbours is one edit. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j], before[j - 2] + 1);
      }
    }
    before = last;
    last = row;
  }
  return last[b.length];
}

/** Without case and single underscores; two of them part the names of nested parameters, and stay. */
const plain = (name: string): string => name.replaceAll("__", ".").toLowerCase().replaceAll(/[_\s-]/g, "");

/**
 * The candidate most like a name, or `undefined` when none is like it. Case and underscores count little, so that
 * `max_iter` finds `maxIter`.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const distance = editDistance(plain(name), plain(candidate)) + (name === candidate ? 0 : 0.5);
    if (distance < bestDistance) {
      bestDistance = distance;
      best = candidate;
    }
  }
  if (best === undefined) return undefined;
  return bestDistance <= Math.max(2, Math.max(plain(name).length, plain(best).length) / 2) ? best : undefined;
}

/** The end of a message about an unknown name: the nearest one, then all there are. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const nearest = nearestName(name, candidates);
  const all = candidates.length === 0 ? "there are none" : `valid: ${candidates.join(", ")}`;
  return nearest === undefined ? all : `did you mean ${JSON.stringify(nearest)}? (${all})`;
}
