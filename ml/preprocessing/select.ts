/**
 * Moves the k-th smallest of some values to place k, smaller ones before it and larger ones behind it.
 *
 * Source: R. W. Floyd, R. L. Rivest, "Algorithm 489: the algorithm SELECT, for finding the ith smallest of n elements",
 * Communications of the ACM 18 (1975).
 *
 * @param values without NaN; reordered
 * @param left, right the range to look at, both ends included
 */
export function selectPlace(values: Float64Array, k: number, left = 0, right: number = values.length - 1): void {
  while (right > left) {
    if (right - left > 600) {
      // A sample narrows the range to where the k-th value very likely lies.
      const n = right - left + 1;
      const i = k - left + 1;
      const z = Math.log(n);
      const s = 0.5 * Math.exp(2 * z / 3);
      const sd = 0.5 * Math.sqrt(z * s * (n - s) / n) * Math.sign(i - n / 2);
      selectPlace(
        values,
        k,
        Math.max(left, Math.floor(k - i * s / n + sd)),
        Math.min(right, Math.floor(k + (n - i) * s / n + sd)),
      );
    }
    const t = values[k];
    let i = left;
    let j = right;
    values[k] = values[left];
    values[left] = t;
    if (values[right] > t) {
      values[left] = values[right];
      values[right] = t;
    }
    while (i < j) {
      const v = values[i];
      values[i] = values[j];
      values[j] = v;
      i++;
      j--;
      while (values[i] < t) i++;
      while (values[j] > t) j--;
    }
    if (values[left] === t) {
      const v = values[left];
      values[left] = values[j];
      values[j] = v;
    } else {
      j++;
      const v = values[j];
      values[j] = values[right];
      values[right] = v;
    }
    if (j <= k) left = j + 1;
    if (k <= j) right = j - 1;
  }
}
