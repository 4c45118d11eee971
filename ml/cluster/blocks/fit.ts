import { checkRandomState } from "../../random/mod.ts";
import { InvalidInputError } from "../../utils/mod.ts";
import { UnknownChunksError } from "../../chunked/mod.ts";
import type { KMeans } from "../k_means.ts";
import { type ChunkedInput, wholeRows } from "../../by_block/mod.ts";
import { blocksOf, labelsArray } from "./chunked.ts";
import { type IterateResult, LloydDriver } from "./iterate.ts";
import { rowsIn } from "./runner.ts";
import { seedGiven, type Seeding, seedPlusPlus, seedRandom, seedScalable } from "./seeding.ts";
import type { ChunkedArray } from "../../chunked/mod.ts";

/** Times that k-means begins on the candidates, where nobody says. */
const RESTARTS = 10;

/** What a fit on blocks came to. */
export interface ChunkedFit extends IterateResult {
  /** Number of features. */
  readonly nFeatures: number;
  /** Clusters of the samples, in blocks like theirs. */
  readonly labels: ChunkedArray<Int32Array>;
}

/** Learns clusters of samples in blocks. */
export async function fitChunked(
  estimator: KMeans,
  X: ChunkedInput,
  given: (nFeatures: number) => Float64Array | undefined,
): Promise<ChunkedFit> {
  const samples = wholeRows(X, "KMeans.fit");
  if (samples.chunks[0].some((n) => n !== n)) {
    throw new UnknownChunksError(
      "KMeans.fit: the lengths of X's blocks are not known; await X.computeChunkSizes() first",
    );
  }
  const blocks = blocksOf(samples);
  try {
    const n = rowsIn(blocks);
    if (n < estimator.nClusters) {
      throw new InvalidInputError(
        `KMeans.fit: X has ${n} samples for nClusters=${estimator.nClusters}; lower nClusters`,
      );
    }
    const seeding = await seed(estimator, blocks, given(blocks.nFeatures));
    if (estimator.verbose) console.log("Initialization complete");
    const { maxIter, tol, verbose, nClusters } = estimator;
    const result = await new LloydDriver(blocks, seeding, nClusters).run({ maxIter, tol, verbose: Boolean(verbose) });
    return { ...result, nFeatures: blocks.nFeatures, labels: labelsArray(blocks) };
  } finally {
    blocks[Symbol.dispose]();
  }
}

function seed(
  estimator: KMeans,
  blocks: ReturnType<typeof blocksOf>,
  given: Float64Array | undefined,
): Promise<Seeding> | Seeding {
  const { init, nClusters: k, oversamplingFactor, initMaxIter, nInit, randomState } = estimator;
  if (given !== undefined) return seedGiven(given, blocks.nFeatures);
  const rng = checkRandomState(randomState);
  if (init === "random") return seedRandom(blocks, k, rng);
  if (init === "k-means++") return seedPlusPlus(blocks, k, rng);
  if (typeof init === "function") {
    throw new InvalidInputError("KMeans.fit: a function as init is for X in memory; give the centres, or a name");
  }
  const restarts = nInit === "auto" ? RESTARTS : nInit;
  return seedScalable(blocks, { k, many: oversamplingFactor, rounds: initMaxIter, restarts }, rng);
}
