// K-means over samples that stay in this memory: a float64 copy around the mean, and a float32 copy for distances. What float32
// cannot decide is decided in float64.

export { columnSums, center } from "./kmeans/rows";
export { inertia } from "./kmeans/sums";
export { exactGain } from "./kmeans/candidates";
export { beginSeeds, iterate, keepSeed, trySeeds } from "./kmeans/parts";
