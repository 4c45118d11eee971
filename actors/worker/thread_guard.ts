/**
 * What would take a thread, or the whole process, from under the task that calls it and all others.
 *
 * @module
 */

/** Has the calls that end threads and processes throw instead: in a thread `Deno.exit` ends just that thread, silently, and its tasks would never end. */
export function guardThread(): void {
  const refuse = (object: object, name: string, said: string): void => {
    const value = (): never => {
      throw new TypeError(`${said} cannot be called in a task: a task ends when it returns or throws`);
    };
    Object.defineProperty(object, name, { value, configurable: false, writable: false, enumerable: true });
  };
  // `process.exit` of Node ends here too.
  refuse(Deno, "exit", "Deno.exit() or process.exit()");
  refuse(Deno, "kill", "Deno.kill()");
  refuse(globalThis, "close", "close()");
}
