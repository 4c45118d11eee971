import type { TrainingSet } from "./one_vs_one.ts";

/** What a fit learns from but the samples, as it is sent: no more numbers than it has. */
export interface SentSet {
  readonly codes: Int32Array | Uint8Array;
  readonly nClasses: number;
  /** Upper bound of α by class, where all samples of a class have the same, */
  readonly byClass?: Float64Array;
  /** or else of each sample. */
  readonly upper?: Float64Array;
  /** None where all weigh 1. */
  readonly weight?: Float64Array;
}

/** As it is sent. */
export function toSent({ codes, nClasses, upper, weight }: Omit<TrainingSet, "X">): SentSet {
  const byClass = new Float64Array(nClasses).fill(NaN);
  for (let i = 0; i < codes.length; i++) byClass[codes[i]] = upper[i];
  const same = codes.every((c, i) => Object.is(byClass[c], upper[i]));
  return {
    codes: nClasses <= 256 ? Uint8Array.from(codes) : codes,
    nClasses,
    ...(same ? { byClass } : { upper }),
    weight: weight.every((w) => w === 1) ? undefined : weight,
  };
}

/** As it was. */
export function fromSent({ codes, nClasses, byClass, upper, weight }: SentSet): Omit<TrainingSet, "X"> {
  const own = Int32Array.from(codes);
  return {
    codes: own,
    nClasses,
    upper: upper ?? Float64Array.from(own, (c) => (byClass as Float64Array)[c]),
    weight: weight ?? new Float64Array(own.length).fill(1),
  };
}
