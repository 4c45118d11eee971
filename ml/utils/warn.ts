import { AsyncLocalStorage } from "node:async_hooks";

const listeners = new AsyncLocalStorage<string[]>();

/**
 * Says something to be careful about on the console, or, where many fits are done together, to whoever does them: a
 * search says it once.
 */
export function warn(text: string): void {
  const heard = listeners.getStore();
  if (heard === undefined) console.warn(text);
  else if (!heard.includes(text)) heard.push(text);
}

/** Runs something, and puts what it warns of into a list, each text once, instead of onto the console. */
export function hearWarnings<T>(heard: string[], run: () => T): T {
  return listeners.run(heard, run);
}
