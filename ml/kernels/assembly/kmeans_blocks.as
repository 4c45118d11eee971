// K-means over blocks of samples that stay as they are: k-means|| and passes of Lloyd's method, with a few bytes a sample beside the block. Rows
// that no bound decides are listed, and measured against all centres.

export { measureOne, measureNew } from "./kmeans_blocks/first_centers";
export { proveGuesses, proveAgain } from "./kmeans_blocks/bounds";
export { label, settle } from "./kmeans_blocks/label";
export { smallestGaps } from "./kmeans_blocks/bounds";
export { drawBounded } from "./kmeans_blocks/first_centers";
export { largest16 } from "./kmeans_blocks/bounds";
export { distances, inertia32 } from "./kmeans_blocks/distances";
