/** A monotone curve: straight lines between points, flat beyond the ends. */
export interface IsotonicCurve {
  /** Places of the points, ascending. */
  readonly x: Float64Array;
  /** Heights of the points. */
  readonly y: Float64Array;
}

/** Values nearer to each other than this count as one. */
const SAME = 1e-15;

/**
 * The increasing curve nearest to some points in the sense of weighted least squares, by pooling adjacent violators.
 * Points of weight zero are left out, points at the same place are averaged first.
 *
 * Source: M. J. Best, N. Chakravarti, "Active set algorithms for isotonic regression", Mathematical Programming 47 (1990).
 */
export function fitIsotonic(x: Float64Array, y: Float64Array, weight: Float64Array): IsotonicCurve {
  const order = Array.from(x.keys()).filter((i) => weight[i] > 0).sort((a, b) => x[a] - x[b] || y[a] - y[b]);
  const places: number[] = [];
  const heights: number[] = [];
  const masses: number[] = [];
  for (const i of order) {
    const last = places.length - 1;
    if (last < 0 || x[i] - places[last] >= SAME) {
      places.push(x[i]);
      heights.push(weight[i] * y[i]);
      masses.push(weight[i]);
    } else {
      heights[last] += weight[i] * y[i];
      masses[last] += weight[i];
    }
  }
  for (let i = 0; i < heights.length; i++) heights[i] /= masses[i];
  return withoutMiddles(places, pool(heights, masses));
}

/** Heights made increasing: neighbours in the wrong order share their mean, until none are left. */
function pool(heights: readonly number[], masses: readonly number[]): Float64Array {
  const value: number[] = [];
  const mass: number[] = [];
  const size: number[] = [];
  for (let i = 0; i < heights.length; i++) {
    value.push(heights[i]);
    mass.push(masses[i]);
    size.push(1);
    for (let b = value.length - 1; b > 0 && value[b - 1] >= value[b]; b--) {
      const total = mass[b - 1] + mass[b];
      value[b - 1] = (mass[b - 1] * value[b - 1] + mass[b] * value[b]) / total;
      mass[b - 1] = total;
      size[b - 1] += size[b];
      value.pop();
      mass.pop();
      size.pop();
    }
  }
  const out = new Float64Array(heights.length);
  for (let b = 0, at = 0; b < value.length; b++) out.fill(value[b], at, at += size[b]);
  return out;
}

/** The same curve without the points that are as high as both their neighbours. */
function withoutMiddles(places: readonly number[], heights: Float64Array): IsotonicCurve {
  const last = places.length - 1;
  const kept = places.map((_, i) => i).filter((i) =>
    i === 0 || i === last || heights[i] !== heights[i - 1] || heights[i] !== heights[i + 1]
  );
  return { x: Float64Array.from(kept, (i) => places[i]), y: Float64Array.from(kept, (i) => heights[i]) };
}

/** Heights of the curve. */
export function evaluateIsotonic({ x, y }: IsotonicCurve, at: ArrayLike<number>): Float64Array {
  const out = new Float64Array(at.length);
  const last = x.length - 1;
  for (let k = 0; k < out.length; k++) {
    const v = Math.min(Math.max(at[k], x[0]), x[last]);
    if (last === 0) {
      out[k] = y[0];
      continue;
    }
    let low = 0;
    let high = x.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (x[middle] < v) low = middle + 1;
      else high = middle;
    }
    const right = Math.min(Math.max(low, 1), last);
    const slope = (y[right] - y[right - 1]) / (x[right] - x[right - 1]);
    out[k] = slope * (v - x[right - 1]) + y[right - 1];
  }
  return out;
}
