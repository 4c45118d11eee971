/** Rows of kernels and linear algebra, against NumPy with one thread of BLAS. */

import { NDArray } from "../../../ml/array/mod.ts";
import { kernels } from "../../../ml/kernels/mod.ts";
import { cholesky, eigh, lstsq, qr, svd } from "../../../ml/linalg/mod.ts";
import { RandomState } from "../../../ml/random/mod.ts";
import type { Row } from "./row.ts";

type Table = NDArray<Float64Array>;

function row(key: string, label: string, shape: [number, number], ours: (A: Table) => unknown, theirs: string): Row {
  const [n, m] = shape;
  return {
    key,
    label,
    ours: () => {
      const A = new RandomState(0).standardNormal(shape);
      let last: unknown;
      return { run: () => last = ours(A), value: () => typeof last === "number" ? last : "" };
    },
    peer: {
      setup: `import numpy as np\nA = np.random.RandomState(0).standard_normal((${n}, ${m}))\nG = A.T @ A`,
      run: `x = ${theirs}`,
      value: "float(x) if np.ndim(x) == 0 else ''",
      env: { OMP_NUM_THREADS: "1" },
    },
  };
}

/** AᵀA. */
function gram(A: Table): Table {
  const [n, m] = A.shape, G = new Float64Array(m * m);
  kernels().syrk(true, m, n, 1, A.data, m, 0, G, m);
  return new NDArray(G, [m, m]);
}

export const rows: readonly Row[] = [
  row("gram", "AᵀA, 200,000 × 50", [200_000, 50], (A) => gram(A).data[0], "(A.T @ A)[0, 0]"),
  row("gemm", "A B, 1,000 × 1,000", [1000, 1000], (A) => {
    const C = new Float64Array(A.size);
    kernels().gemm(false, false, 1000, 1000, 1000, 1, A.data, 1000, A.data, 1000, 0, C, 1000);
    return C[0];
  }, "(A @ A)[0, 0]"),
  row(
    "cholesky",
    "Cholesky, 1,000 × 1,000 with its AᵀA",
    [1010, 1000],
    (A) => cholesky(gram(A)).data[0],
    "np.linalg.cholesky(A.T @ A)[0, 0]",
  ),
  row(
    "eigh",
    "symmetric eigen, 500 × 500",
    [500, 500],
    (A) => eigh(gram(A)).values.data[499],
    "np.linalg.eigh(G)[0][-1]",
  ),
  row("svd", "singular values and vectors, 300 × 300", [300, 300], (A) => svd(A).s.data[0], "np.linalg.svd(A)[1][0]"),
  row("qr", "QR, 5,000 × 200", [5000, 200], (A) => qr(A).R.data[0], "np.linalg.qr(A)[1][0, 0]"),
  row("lstsq", "least squares, 200,000 × 20", [200_000, 21], (A) => {
    const X = new Float64Array(200_000 * 20), y = new Float64Array(200_000);
    for (let i = 0; i < y.length; i++) {
      y[i] = A.data[i * 21 + 20];
      X.set(A.data.subarray(i * 21, i * 21 + 20), i * 20);
    }
    return lstsq(new NDArray(X, [200_000, 20]), y).x.data[0];
  }, "np.linalg.lstsq(A[:, :20], A[:, 20], rcond=None)[0][0]"),
];
