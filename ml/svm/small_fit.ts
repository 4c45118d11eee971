import type { FamilyData, FamilyGroup } from "./family.ts";
import { LARGE_PAIR, type OneVsOneModel, supportOf } from "./one_vs_one.ts";
import { SmallBench } from "./small_bench.ts";
import { largestPairOf, SmallOrder } from "./small_order.ts";

/**
 * One fit to all samples, as {@linkcode smallFits} does those to some of them.
 *
 * @param upper upper bound of α of each sample
 * @returns undefined where a pair of classes is large, or an optimum was not reached
 */
export function trainSmall(
  data: FamilyData,
  group: FamilyGroup,
  upper: Float64Array,
  tol: number,
): OneVsOneModel | undefined {
  const k = data.encoded.classes.size;
  const order = new SmallOrder(data);
  const all = order.group(Int32Array.from(order.samples.keys()));
  const largest = largestPairOf(all);
  if (largest >= LARGE_PAIR) return undefined;
  using bench = new SmallBench(data, order, 1, largest, group.kernel === "precomputed");
  bench.setKernel(group, data.table);
  bench.begin(all, [upper]);
  const iterations = new Int32Array(k * (k - 1) / 2);
  for (let a = 0, pair = 0; a < k; a++) {
    for (let b = a + 1; b < k; b++, pair++) {
      bench.gather(all, a, b);
      iterations[pair] = bench.solve(0, pair, tol);
      if (iterations[pair] < 0) return undefined;
    }
  }
  const { coefs, rho } = bench.solution(0);
  return {
    ...supportOf(coefs, order.samples, order.starts, k),
    intercept: rho.map((v) => -v),
    iterations,
    converged: true,
    sigmoids: [],
  };
}
