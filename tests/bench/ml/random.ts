/** Rows of the generator: blocks of 4,000,000 draws against NumPy's legacy generator. */

import { RandomState } from "../../../ml/random/mod.ts";
import type { Row } from "./row.ts";

const N = 4_000_000;

function draws(key: string, label: string, ours: (rng: RandomState) => ArrayLike<number>, theirs: string): Row {
  return {
    key,
    label,
    times: 1,
    ours: () => {
      const rng = new RandomState(0);
      let last: ArrayLike<number> = [];
      return { run: () => last = ours(rng), value: () => last[N - 1] };
    },
    peer: {
      setup: "import numpy as np\nrng = np.random.RandomState(0)",
      run: `x = ${theirs}`,
      value: "float(x[-1])",
    },
  };
}

export const rows: readonly Row[] = [
  draws("gaussians", "4,000,000 gaussians", (r) => r.standardNormal(N).data, `rng.standard_normal(${N})`),
  draws("uniforms", "4,000,000 uniforms", (r) => r.randomSample(N).data, `rng.random_sample(${N})`),
  draws("randint", "4,000,000 integers below 1,000", (r) => r.randint(0, 1000, N).data, `rng.randint(0, 1000, ${N})`),
  draws("permutation", "a permutation of 4,000,000", (r) => r.permutation(N).data, `rng.permutation(${N})`),
];
