/** A falling or rising sigmoid: p = 1 / (1 + exp(slope · score + offset)). */
export interface Sigmoid {
  /** Factor of the score. */
  readonly slope: number;
  /** What is added. */
  readonly offset: number;
}

/** Scores beyond this are scaled down for the search, where exponentials would leave their range. */
const LARGE_SCORE = 30;
const MAX_STEPS = 200;

/** log(1 + exp(z)) without overflow. */
function softplus(z: number): number {
  return z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z));
}

/**
 * The sigmoid that makes the labels most likely, with Platt's targets, which stay away from 0 and 1, by Newton's method.
 *
 * Source: J. Platt, "Probabilistic outputs for support vector machines" (1999); the safeguards of H.-T. Lin, C.-J. Lin,
 * R. C. Weng, "A note on Platt's probabilistic outputs for support vector machines", Machine Learning 68 (2007).
 *
 * @param scores what the classifier said
 * @param positive 1 for samples of the class, 0 for others
 * @param weight weight of each sample
 */
export function fitSigmoid(scores: Float64Array, positive: Uint8Array, weight: Float64Array): Sigmoid {
  const n = scores.length;
  let largest = 0;
  let yes = 0;
  let no = 0;
  for (let i = 0; i < n; i++) {
    largest = Math.max(largest, Math.abs(scores[i]));
    if (positive[i] > 0) yes += weight[i];
    else no += weight[i];
  }
  const scale = largest >= LARGE_SCORE ? largest : 1;
  const high = (yes + 1) / (yes + 2);
  const low = 1 / (no + 2);
  const loss = (a: number, b: number): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const z = -(a * scores[i] / scale + b);
      sum += weight[i] * (softplus(z) - (positive[i] > 0 ? high : low) * z);
    }
    return sum;
  };
  let a = 0;
  let b = Math.log((no + 1) / (yes + 1));
  let value = loss(a, b);
  for (let step = 0; step < MAX_STEPS; step++) {
    let ga = 0, gb = 0, haa = 1e-12, hab = 0, hbb = 1e-12;
    for (let i = 0; i < n; i++) {
      const f = scores[i] / scale;
      const p = 1 / (1 + Math.exp(a * f + b));
      const d = weight[i] * ((positive[i] > 0 ? high : low) - p);
      const h = weight[i] * p * (1 - p);
      ga += d * f;
      gb += d;
      haa += h * f * f;
      hab += h * f;
      hbb += h;
    }
    if (Math.abs(ga) < 1e-10 && Math.abs(gb) < 1e-10) break;
    const det = haa * hbb - hab * hab;
    const da = -(hbb * ga - hab * gb) / det;
    const db = -(haa * gb - hab * ga) / det;
    let t = 1;
    let next = loss(a + da, b + db);
    while (next > value + 1e-4 * t * (ga * da + gb * db) && t > 1e-12) next = loss(a + (t /= 2) * da, b + t * db);
    // No step goes down any more: what is left is rounding.
    if (!(next < value)) break;
    a += t * da;
    b += t * db;
    value = next;
  }
  return { slope: a / scale, offset: b };
}

/** Probabilities by a sigmoid. */
export function evaluateSigmoid({ slope, offset }: Sigmoid, scores: ArrayLike<number>): Float64Array {
  return Float64Array.from(scores, (s) => 1 / (1 + Math.exp(slope * s + offset)));
}
