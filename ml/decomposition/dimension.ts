const LANCZOS = [
  0.99999999999980993,
  676.5203681218851,
  -1259.1392167224028,
  771.32342877765313,
  -176.61502916214059,
  12.507343278686905,
  -0.13857109526572012,
  9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/**
 * Logarithm of the gamma function for x ≥ 0.5.
 *
 * Source: C. Lanczos, "A precision approximation of the gamma function", J. SIAM Series B, Numerical Analysis 1 (1964).
 */
function logGamma(x: number): number {
  const z = x - 1;
  let sum = LANCZOS[0];
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i] / (z + i);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Eigenvalues below this count as nothing. */
const TINY = 1e-15;

/** Logarithm of how likely it is that the samples have `rank` dimensions and noise in the others. */
function evidence(spectrum: Float64Array, rank: number, n: number): number {
  const m = spectrum.length;
  if (spectrum[rank - 1] < TINY) return -Infinity;
  let subspaces = -rank * Math.log(2);
  for (let i = 1; i <= rank; i++) {
    const half = (m - i + 1) / 2;
    subspaces += logGamma(half) - Math.log(Math.PI) * half;
  }
  let signal = 0;
  for (let i = 0; i < rank; i++) signal += Math.log(spectrum[i]);
  let rest = 0;
  for (let i = rank; i < m; i++) rest += spectrum[i];
  const noise = Math.max(TINY, rest / (m - rank));
  const free = m * rank - rank * (rank + 1) / 2;
  let curvature = 0;
  for (let i = 0; i < rank; i++) {
    for (let j = i + 1; j < m; j++) {
      const other = j < rank ? spectrum[j] : noise;
      curvature += Math.log((spectrum[i] - spectrum[j]) * (1 / other - 1 / spectrum[i])) + Math.log(n);
    }
  }
  return subspaces - signal * n / 2 - Math.log(noise) * n * (m - rank) / 2 + Math.log(2 * Math.PI) * (free + rank) / 2 -
    curvature / 2 - rank * Math.log(n) / 2;
}

/**
 * The likeliest number of dimensions of samples with these variances.
 *
 * Source: T. P. Minka, "Automatic choice of dimensionality for PCA", NIPS 13 (2000).
 *
 * @param spectrum variances of the components, the largest first
 * @param n number of samples
 */
export function likeliestDimension(spectrum: Float64Array, n: number): number {
  let best = 0;
  let most = -Infinity;
  for (let rank = 1; rank < spectrum.length; rank++) {
    const value = evidence(spectrum, rank, n);
    // A spectrum with equal values makes NaN, which NumPy's argmax takes for the largest.
    if (value !== value) return rank;
    if (value > most) {
      most = value;
      best = rank;
    }
  }
  return best;
}
