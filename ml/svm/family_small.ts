import type { FamilyData, FamilyEntry, FamilyGroup } from "./family.ts";
import { SmallBench, type Told } from "./small_bench.ts";
import { largestPairOf, SmallOrder, UpperBounds } from "./small_order.ts";

/** What one fit says: of the tested samples, and of the training ones where wanted. */
export interface SmallFit {
  readonly group: number;
  readonly entry: FamilyEntry;
  readonly split: number;
  readonly seconds: number;
  readonly scoreSeconds: number;
  readonly test: Told;
  readonly train?: Told;
}

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

/**
 * Fits of many small problems: products of all samples once, kernel values once for each kernel, then each pair of classes of each
 * split step by step, as LIBSVM does it.
 *
 * @param onTrain whether the training samples are asked for
 * @param values whether decision values are
 */
export function* smallFits(
  data: FamilyData,
  groups: readonly FamilyGroup[],
  splits: readonly number[],
  onTrain: boolean,
  values: boolean,
): Generator<SmallFit> {
  const started = performance.now();
  const most = Math.max(...groups.map((g) => g.entries.length));
  const order = new SmallOrder(data);
  const grouped = splits.map((s) => order.group(data.splits[s][0]));
  const largest = Math.max(...grouped.map(largestPairOf));
  using bench = new SmallBench(data, order, most, largest, groups[0].kernel === "precomputed");
  const bounds = splits.map((s) => new UpperBounds(data, data.splits[s][0]));
  const total = groups.reduce((t, g) => t + g.entries.length, 0) * splits.length;
  const shared = secondsSince(started) / total;
  const k = data.encoded.classes.size;
  for (const [g, group] of groups.entries()) {
    for (const [at, split] of splits.entries()) {
      const [train, test] = data.splits[split];
      const pairs = grouped[at];
      for (let first = 0; first < group.entries.length; first += bench.room) {
        const entries = group.entries.slice(first, first + bench.room);
        const began = performance.now();
        bench.setKernel(group, group.gamma === "scale" ? data.table.take(train) : data.table);
        bench.begin(pairs, entries.map((entry) => bounds[at].of(entry)));
        let common = secondsSince(began);
        const seconds = new Float64Array(entries.length);
        let t = performance.now();
        for (let a = 0, pair = 0; a < k; a++) {
          for (let b = a + 1; b < k; b++, pair++) {
            bench.gather(pairs, a, b);
            let now = performance.now();
            common += (now - t) / 1000;
            for (const [e, { tol }] of entries.entries()) {
              t = now;
              bench.solve(e, pair, tol);
              now = performance.now();
              seconds[e] += (now - t) / 1000;
            }
            t = now;
          }
        }
        const deciding = performance.now();
        const tests = bench.decide(pairs, entries.length, test, values);
        const scoreSeconds = secondsSince(deciding) / entries.length;
        const trains = onTrain ? bench.decide(pairs, entries.length, train, values) : undefined;
        for (const [e, entry] of entries.entries()) {
          const own = shared + common / entries.length + seconds[e];
          yield { group: g, entry, split, seconds: own, scoreSeconds, test: tests[e], train: trains?.[e] };
        }
      }
    }
  }
}
