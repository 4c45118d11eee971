import type { MatrixLike, NDArray } from "../array/mod.ts";
import { BaseClassifier, type BaseEstimator, BaseRegressor, type Constructor } from "../base/mod.ts";
import { findNeighbors, type KNeighborsState, neighborsGraph, type SparseRows } from "./k_neighbors.ts";

/** What estimators by nearest neighbours can be asked. */
export interface KNeighborsMethods extends KNeighborsState {
  /**
   * The nearest samples and how far they are.
   *
   * @param X queries, shape [nQueries, nFeatures]; without, each sample of `fit` is asked for among the others
   * @param nNeighbors how many; as many as count if left out
   * @returns distances and numbers of samples, each of shape [nQueries, nNeighbors], nearest first
   * @throws {NotFittedError} before `fit`
   * @throws {NeighborsError} when there are not that many
   *
   * @example
   * ```ts
   * import { KNeighborsClassifier } from "@troupe/troupe";
   * const model = await new KNeighborsClassifier({ nNeighbors: 2 }).fit([[0], [1], [5]], ["a", "a", "b"]);
   * const [distances, indices] = await model.kneighbors([[1.5]]);
   * distances.toArray(); // [[0.5, 1.5]]
   * indices.toArray(); // [[1, 0]]
   * ```
   */
  kneighbors(
    X?: MatrixLike | null,
    nNeighbors?: number | null,
  ): Promise<[distances: NDArray<Float64Array>, indices: NDArray<Int32Array>]>;
  /**
   * The graph of neighbours: a row for each query with an entry for each neighbour.
   *
   * @param X queries, or nothing, as for `kneighbors`
   * @param nNeighbors how many; as many as count if left out
   * @param mode whether the entries are 1 ("connectivity") or the distance
   *
   * @example
   * ```ts
   * import { KNeighborsRegressor } from "@troupe/troupe";
   * const model = await new KNeighborsRegressor({ nNeighbors: 1 }).fit([[0], [1], [5]], [0, 0, 1]);
   * const { indices, shape } = await model.kneighborsGraph([[4]]);
   * indices; // Int32Array [2]
   * shape; // [1, 3]
   * ```
   */
  kneighborsGraph(
    X?: MatrixLike | null,
    nNeighbors?: number | null,
    mode?: "connectivity" | "distance",
  ): Promise<SparseRows>;
}

function withNeighbors<B extends Constructor<BaseEstimator>>(Base: B): B & Constructor<KNeighborsMethods> {
  class WithNeighbors extends Base {
    async kneighbors(
      X?: MatrixLike | null,
      nNeighbors?: number | null,
    ): Promise<[distances: NDArray<Float64Array>, indices: NDArray<Int32Array>]> {
      const state = this as unknown as KNeighborsState;
      const { distances, indices } = await findNeighbors(state, X, nNeighbors, "kneighbors");
      return [distances, indices];
    }
    async kneighborsGraph(
      X?: MatrixLike | null,
      nNeighbors?: number | null,
      mode: "connectivity" | "distance" = "connectivity",
    ): Promise<SparseRows> {
      const state = this as unknown as KNeighborsState;
      const found = await findNeighbors(state, X, nNeighbors, "kneighborsGraph");
      return neighborsGraph(found, state.nSamplesFit_, mode);
    }
  }
  return WithNeighbors as unknown as B & Constructor<KNeighborsMethods>;
}

/** A classifier by nearest neighbours. */
export const KNeighborsClassifierBase: typeof BaseClassifier & Constructor<KNeighborsMethods> = withNeighbors(
  BaseClassifier,
);

/** A regressor by nearest neighbours. */
export const KNeighborsRegressorBase: typeof BaseRegressor & Constructor<KNeighborsMethods> = withNeighbors(
  BaseRegressor,
);
