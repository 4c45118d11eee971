/** The nearest samples of one query so far, nearest first; of equally near ones the first in the data comes first. */
export class NearestList {
  /** Their distances, ascending. */
  readonly distances: Float64Array;
  /** Their numbers. */
  readonly indices: Int32Array;
  /** How many there are so far. */
  size = 0;

  /** Room for `k`. */
  constructor(readonly k: number) {
    this.distances = new Float64Array(k);
    this.indices = new Int32Array(k);
  }

  /** What a distance must not exceed to have a chance. */
  get worst(): number {
    return this.size < this.k ? Infinity : this.distances[this.k - 1];
  }

  /** Takes a sample in if it is nearer than the farthest here. */
  add(distance: number, index: number): void {
    const { distances, indices, k } = this;
    let at = this.size;
    if (at === k) {
      if (distance > distances[k - 1] || (distance === distances[k - 1] && index > indices[k - 1])) return;
      at--;
    } else this.size++;
    while (at > 0 && (distances[at - 1] > distance || (distances[at - 1] === distance && indices[at - 1] > index))) {
      distances[at] = distances[at - 1];
      indices[at] = indices[at - 1];
      at--;
    }
    distances[at] = distance;
    indices[at] = index;
  }

  /** Empties it. */
  clear(): void {
    this.size = 0;
  }
}
