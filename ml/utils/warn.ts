import { asyncLocal } from "../../actors/core/mod.ts";

const listeners = asyncLocal<(text: string) => void>();

/**
 * Says something to be careful about on the console, or, where many fits are done together, to whoever does them: a
 * search says it once.
 *
 * @example
 * ```ts
 * import { warn } from "@troupe/troupe";
 * warn("Mine: the data is not scaled; it may converge slowly"); // stands on the console, once for each search
 * ```
 */
export function warn(text: string): void {
  const hear = listeners.get();
  if (hear === undefined) console.warn(text);
  else hear(text);
}

/** Runs something, and puts what it warns of into a list, each text once, instead of onto the console. */
export function hearWarnings<T>(heard: string[], run: () => T): T {
  return listeners.run((text) => {
    if (!heard.includes(text)) heard.push(text);
  }, run);
}

/** Runs something whose parts may warn of the same: each text is said when it first comes, and not again. */
export function warnOnce<T>(run: () => T): T {
  const outer = listeners.get() ?? ((text: string) => console.warn(text));
  const said = new Set<string>();
  return listeners.run((text) => {
    if (said.has(text)) return;
    said.add(text);
    outer(text);
  }, run);
}
