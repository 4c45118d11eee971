import type { FamilyData, FamilyEntry, FamilyGroup } from "./family.ts";
import { upperOn } from "./family.ts";
import { SmallBench } from "./small_bench.ts";

/** Decision values of one fit: for the tested samples, and the training ones where wanted. */
export interface SmallFit {
  readonly group: number;
  readonly entry: FamilyEntry;
  readonly split: number;
  readonly seconds: number;
  readonly scoreSeconds: number;
  readonly test: Float64Array;
  readonly train?: Float64Array;
}

/**
 * Fits of many small problems: products of all samples once, kernel values once for each kernel, then each pair of classes of each
 * split step by step, as LIBSVM does it.
 */
export function* smallFits(
  data: FamilyData,
  groups: readonly FamilyGroup[],
  splits: readonly number[],
  onTrain: boolean,
): Generator<SmallFit> {
  const started = performance.now();
  using bench = new SmallBench(data, groups[0].kernel === "precomputed");
  let shared = (performance.now() - started) / 1000;
  const total = groups.reduce((t, g) => t + g.entries.length, 0) * splits.length;
  shared /= total;
  for (const [g, group] of groups.entries()) {
    for (const s of splits) {
      const began = performance.now();
      const [train] = data.splits[s];
      bench.setKernel(group, group.gamma === "scale" ? data.table.take(train) : data.table);
      const pairs = bench.group(train);
      const fits = group.entries.map((entry) => ({
        entry,
        coefs: new Float64Array(0),
        seconds: 0,
        rho: new Float64Array(0),
      }));
      const uppers = group.entries.map((entry) => bench.byPosition(upperOn(data, train, entry)));
      const k = data.encoded.classes.size;
      for (const fit of fits) {
        fit.coefs = new Float64Array((k - 1) * data.table.shape[0]);
        fit.rho = new Float64Array(k * (k - 1) / 2);
      }
      const common = shared + (performance.now() - began) / 1000 / fits.length;
      for (let a = 0, pair = 0; a < k; a++) {
        for (let b = a + 1; b < k; b++, pair++) {
          const gathering = performance.now();
          bench.gather(pairs, a, b);
          const each = (performance.now() - gathering) / fits.length;
          for (const [e, fit] of fits.entries()) {
            const t = performance.now();
            fit.rho[pair] = bench.solve(pairs, uppers[e], fit.entry.tol, fit.coefs);
            fit.seconds += (performance.now() - t + each) / 1000;
          }
        }
      }
      for (const fit of fits) {
        const t = performance.now();
        const test = bench.decide(pairs, fit.coefs, fit.rho, data.splits[s][1]);
        const scored = performance.now();
        yield {
          group: g,
          entry: fit.entry,
          split: s,
          seconds: common + fit.seconds,
          scoreSeconds: (scored - t) / 1000,
          test,
          train: onTrain ? bench.decide(pairs, fit.coefs, fit.rho, train) : undefined,
        };
      }
    }
  }
}
