import { type Labels, toNDArray } from "../array/mod.ts";
import { InvalidInputError } from "../utils/mod.ts";

/** Whether two lists of labels are the same. */
export function sameLabels(a: Labels, b: Labels): boolean {
  return a.size === b.size && Array.from(a.data as ArrayLike<unknown>).every((v, i) => v === b.data[i]);
}

/**
 * Numbers of labels among known classes.
 *
 * @throws {InvalidInputError} at a label that is not one of them
 */
export function codesOf(labels: Labels, classes: Labels): Int32Array {
  const place = new Map(Array.from(classes.data as ArrayLike<number | string>).map((v, c) => [v, c]));
  return Int32Array.from(toNDArray(labels).data as ArrayLike<number>, (label) => {
    const c = place.get(label as unknown as number | string);
    if (c === undefined) {
      throw new InvalidInputError(
        `SGDClassifier.partialFit: y holds ${label}, which is not one of the classes [${[...place.keys()].join(", ")}]`,
      );
    }
    return c;
  });
}
