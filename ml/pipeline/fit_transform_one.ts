import type { ArrayData, LabelsLike, NDArray, Table, TableLike, VectorLike } from "../array/mod.ts";

/** What one transformer of several came to. */
export interface TransformedPart {
  /** The fitted transformer. */
  transformer: object;
  /** The transformed samples; undefined when they were not asked for. */
  output?: NDArray<ArrayData> | Table;
  /** Seconds that it took. */
  seconds: number;
}

interface AnyTransformer {
  fit(X: TableLike, y?: LabelsLike | null, sampleWeight?: VectorLike): Promise<unknown>;
  transform(X: TableLike): Promise<NDArray<ArrayData>>;
  fitTransform?(X: TableLike, y?: LabelsLike | null): Promise<NDArray<ArrayData>>;
}

/**
 * Fits one transformer of several: the unit of work of {@linkcode FeatureUnion} and {@linkcode ColumnTransformer} on the
 * parallel backend in force.
 *
 * @param transformer is fitted in place where it runs in this thread
 * @param X what it gets
 * @param y targets
 * @param transform whether its output is wanted
 *
 * @example
 * ```ts
 * import { fitTransformOne, StandardScaler } from "@troupe/troupe";
 * const { output } = await fitTransformOne(new StandardScaler(), [[1], [3]], null, true);
 * output?.toArray(); // [[-1], [1]]
 * ```
 */
export async function fitTransformOne(
  transformer: object,
  X: TableLike,
  y: LabelsLike | null | undefined,
  transform: boolean,
): Promise<TransformedPart> {
  const started = performance.now();
  const t = transformer as AnyTransformer;
  let output: NDArray<ArrayData> | undefined;
  if (!transform) await t.fit(X, y);
  else if (typeof t.fitTransform === "function") output = await t.fitTransform(X, y);
  else {
    await t.fit(X, y);
    output = await t.transform(X);
  }
  return { transformer, output, seconds: (performance.now() - started) / 1000 };
}

/**
 * What one fitted transformer makes of samples.
 *
 * @example
 * ```ts
 * import { MinMaxScaler, transformOne } from "@troupe/troupe";
 * const scaler = await new MinMaxScaler().fit([[1], [3]]);
 * (await transformOne(scaler, [[2]])).toArray(); // [[0.5]]
 * ```
 */
export async function transformOne(transformer: object, X: TableLike): Promise<NDArray<ArrayData> | Table> {
  return await (transformer as AnyTransformer).transform(X);
}
