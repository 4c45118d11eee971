/**
 * The console of an executor thread: what tasks print is told with the task's key.
 *
 * @module
 */

import { format } from "node:util";

/** Has `tell` told of every line that is printed in this thread. */
export function captureConsole(tell: (level: string, text: string) => void): void {
  const printers: Record<string, string> = {
    log: "info",
    info: "info",
    debug: "debug",
    trace: "debug",
    warn: "warn",
    error: "error",
  };
  for (const [name, level] of Object.entries(printers)) {
    (console as unknown as Record<string, unknown>)[name] = (...args: unknown[]): void => tell(level, format(...args));
  }
  console.dir = (value: unknown): void => tell("info", Deno.inspect(value));
  console.table = (data?: unknown): void => tell("info", Deno.inspect(data));
  console.assert = (condition?: boolean, ...args: unknown[]): void => {
    if (!condition) tell("error", `Assertion failed${args.length > 0 ? ": " + format(...args) : ""}`);
  };
}
