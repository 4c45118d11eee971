import { NDArray } from "../array/mod.ts";
import { checkOptionNames } from "../utils/mod.ts";
import { type Dataset, loaderLeftOut } from "./bunch.ts";
import { packed } from "./data/digits.ts";
import { DatasetError } from "./errors.ts";
import { unpack } from "./unpack.ts";

const PIXELS = 64;

/** The digits, with their pixels also as images. */
export interface Digits extends Dataset {
  /** The samples as images, shape [nSamples, 8, 8]; a view of `X`. */
  images: NDArray<Float64Array>;
}

/**
 * Handwritten digits: 1,797 images of 8 × 8 pixels from 0 to 16, ten classes.
 *
 * Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository (1998).
 *
 * @param options `nClass`: only the digits below this; 10 if left out
 * @throws {DatasetError} when `nClass` is not from 1 to 10
 *
 * @example
 * ```ts
 * import { loadDigits } from "@troupe/troupe";
 * const { X, y } = loadDigits();
 * X.shape; // [1797, 64]
 * ```
 */
export function loadDigits(options: { nClass?: number } = {}): Digits {
  checkOptionNames("loadDigits", options, ["nClass"], loaderLeftOut);
  const { nClass = 10 } = options;
  if (!Number.isInteger(nClass) || nClass < 1 || nClass > 10) {
    throw new DatasetError(`loadDigits: nClass must be a whole number from 1 to 10, got ${nClass}`);
  }
  const bytes = unpack(packed);
  const labels: number[] = [];
  const pixels = new Float64Array(bytes.length / (PIXELS + 1) * PIXELS);
  for (let at = 0; at < bytes.length; at += PIXELS + 1) {
    if (bytes[at] >= nClass) continue;
    pixels.set(bytes.subarray(at + 1, at + 1 + PIXELS), labels.length * PIXELS);
    labels.push(bytes[at]);
  }
  const n = labels.length;
  const X = new NDArray(n === pixels.length / PIXELS ? pixels : pixels.slice(0, n * PIXELS), [n, PIXELS]);
  const y = new NDArray(Int32Array.from(labels));
  return {
    X,
    y,
    data: X,
    target: y,
    images: X.reshape(n, 8, 8),
    featureNames: Array.from({ length: PIXELS }, (_, i) => `pixel_${Math.floor(i / 8)}_${i % 8}`),
    targetNames: Array.from({ length: 10 }, (_, c) => String(c)),
    DESCR: "Optical recognition of handwritten digits: 8 × 8 pixels from 0 to 16, ten classes. " +
      "E. Alpaydin, C. Kaynak, UCI Machine Learning Repository (1998), test set.",
  };
}
