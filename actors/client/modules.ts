/**
 * Modules of the user, on the cluster.
 *
 * @module
 */

import { bundleModule, codeReference, describeExport } from "../code/mod.ts";
import type { AnyFunction } from "./types.ts";

/**
 * Stands for a module: each export as a function that submits a call of it, and is described as what it stands for, so that it can be given to
 * `submit`, `map` and `spawn`, and stand among arguments.
 *
 * @throws {ModuleLoadError} with the bundler's message when the module cannot be bundled.
 */
export function remoteModule(url: string, submit: (fn: AnyFunction, args: readonly unknown[]) => unknown): object {
  // At once, so that what is wrong with it is said where it is named.
  const { exports } = bundleModule(url);
  const made = new Map<string, AnyFunction>();
  const get = (name: string): AnyFunction => {
    let f = made.get(name);
    if (f === undefined) {
      const described = describeExport(url, name);
      f = (...args: unknown[]) => submit(f!, args);
      Object.defineProperty(f, "name", { value: name });
      Object.defineProperty(f, codeReference, { value: () => described });
      made.set(name, f);
    }
    return f;
  };
  return new Proxy(Object.create(null) as object, {
    get: (_target, name) => typeof name === "symbol" || name === "then" && !exports.has(name) ? undefined : get(name),
    has: (_target, name) => exports.has(String(name)),
    ownKeys: () => [...exports],
    getOwnPropertyDescriptor: (_target, name) =>
      typeof name === "string" && exports.has(name)
        ? { value: get(name), enumerable: true, configurable: true }
        : undefined,
    set() {
      throw new TypeError(`the exports of ${url} cannot be changed`);
    },
  });
}
