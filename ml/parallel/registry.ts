/**
 * Backends by name.
 *
 * @module
 */

import { nearestName } from "../utils/mod.ts";
import type { ParallelBackend } from "./backend.ts";
import { BackendError } from "./errors.ts";
import { SequentialBackend } from "./sequential.ts";

/** Makes a backend from the options that `parallelBackend` was given. */
// deno-lint-ignore no-explicit-any
export type ParallelBackendFactory = (options: any) => ParallelBackend;

const factories = new Map<string, ParallelBackendFactory>([
  ["sequential", () => new SequentialBackend()],
]);

/**
 * Makes a backend known under a name, for {@link parallelBackend} and `new Parallel({ backend: name })`. A name that is taken is given
 * to the new one.
 *
 * @param name The name. @param factory Makes one; called for each use, with the options given there.
 *
 * @example
 * ```ts
 * import { delayed, Parallel, registerParallelBackend, SequentialBackend } from "@troupe/troupe";
 * registerParallelBackend("here", () => new SequentialBackend());
 * await new Parallel({ backend: "here" }).run([1, 4].map((x) => delayed(Math.sqrt)(x))); // [1, 2]
 * ```
 */
export function registerParallelBackend(name: string, factory: ParallelBackendFactory): void {
  factories.set(name, factory);
}

/** A new backend of that name. Throws {@link BackendError} when there is none. */
export function makeParallelBackend(name: string, options: object = {}): ParallelBackend {
  const factory = factories.get(name);
  if (factory === undefined) {
    const known = [...factories.keys()];
    const near = nearestName(name, known);
    throw new BackendError(
      `parallel backend "${name}": no such backend${
        near === undefined ? "" : `; did you mean "${near}"?`
      } (there are: ${known.join(", ")}; add your own with registerParallelBackend)`,
    );
  }
  return factory(options);
}
