/** Distances and kernels of pairs of samples. */
export {
  cosineDistances,
  cosineSimilarity,
  euclideanDistances,
  haversineDistances,
  manhattanDistances,
  nanEuclideanDistances,
  pairedDistances,
  type PairedMetric,
} from "./distances.ts";
export * from "./kernels.ts";
export type { MeasureOptions } from "./measures.ts";
export * from "./pairwise_distances.ts";
