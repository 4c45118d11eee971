import { type LabelsLike, zeros } from "../array/mod.ts";
import type { CrossValidator } from "../model_selection/mod.ts";
import { InvalidInputError } from "../utils/mod.ts";

/** Samples that are held out of a descent to stop it by. */
export interface HeldOut {
  /** 1 for each that is held out. */
  readonly mask: Uint8Array;
  /** Their numbers. */
  readonly rows: Int32Array;
}

/**
 * The test samples of a splitter's first split.
 *
 * @throws {InvalidInputError} when all of them have weight zero
 */
export function heldOutMask(owner: string, splitter: CrossValidator, y: LabelsLike, weight: Float64Array): HeldOut {
  const n = weight.length;
  const [[, test]] = [...splitter.split(zeros([n, 1]), y)];
  if (!Array.from(test).some((i) => weight[i] > 0)) {
    throw new InvalidInputError(`${owner}: the samples held out all have weight zero; try another randomState`);
  }
  const mask = new Uint8Array(n);
  for (const i of test) mask[i] = 1;
  return { mask, rows: Int32Array.from({ length: n }, (_, i) => i).filter((i) => mask[i] === 1) };
}
