/**
 * Troupe: machine learning by a company of actors.
 *
 * A scheduler, workers and clients are message-passing actors; estimators are jobs that such actors perform, on data that was scattered
 * to the workers once and stays there as pinned references.
 *
 * @example
 * ```ts
 * import { Client } from "@troupe/troupe";
 *
 * await using client = await Client.local();
 * console.log(await client.submit((x: number) => x ** 2, 7)); // 49
 * ```
 *
 * @module
 */

import { registerLibrary } from "./actors/mod.ts";
import * as library from "./mod.ts";

export * from "./actors/mod.ts";
export * from "./ml/mod.ts";

registerLibrary(import.meta.url, library);
