/**
 * The JavaScript parser, loaded when it is first needed: it costs some milliseconds, and threads seldom need it.
 *
 * @module
 */

import type { Node } from "./free_variables.ts";

type Parse = (source: string, options: object) => unknown;
let parse: Parse | undefined;
let loading: Promise<void> | undefined;

/** Loads the parser; {@link parseModule} works once this has resolved. */
export function loadParser(): Promise<void> {
  return loading ??= import("acorn").then((acorn) => {
    parse = acorn.parse as unknown as Parse;
  });
}

/** Whether the parser is there. */
export function parserIsLoaded(): boolean {
  return parse !== undefined;
}

/**
 * Parses a module's text.
 *
 * @throws {SyntaxError} of the parser, and when the parser was not loaded.
 */
export function parseModule(source: string): Node {
  if (parse === undefined) throw new SyntaxError("the parser has not been loaded yet; await loadParser() first");
  return parse(source, { ecmaVersion: "latest", sourceType: "module", allowAwaitOutsideFunction: true }) as Node;
}
