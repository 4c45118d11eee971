/**
 * Values that follow code through its awaits.
 *
 * Deno has them ready, and makes Node's AsyncLocalStorage of them, whose module takes every isolate 12 ms to load, for much of Node comes with it.
 * Where they are not found, that one is loaded when a value is first set.
 *
 * @module
 */

/** A value that whoever calls has, and all that it calls and awaits. */
export interface AsyncLocal<T> {
  /** The caller's value. */
  get(): T | undefined;
  /** Calls `body` with a value of its own. */
  run<R>(value: T, body: () => R): R;
}

/** What Deno makes AsyncLocalStorage of. */
interface Native {
  readonly AsyncVariable: new () => { enter(value: unknown): unknown; get(): unknown };
  getAsyncContext(): unknown;
  setAsyncContext(context: unknown): void;
}

type Node = typeof import("node:async_hooks");

let found: Native | null | undefined;

function native(): Native | undefined {
  if (found === undefined) {
    const { internal } = Deno as unknown as { internal: symbol };
    const core = (Deno as unknown as Record<symbol, { core?: Partial<Native> } | undefined>)[internal]?.core;
    found = isNative(core) ? core : null;
  }
  return found ?? undefined;
}

/** Whether it is what it was when this was written. */
function isNative(core: Partial<Native> | undefined): core is Native {
  try {
    const { AsyncVariable, getAsyncContext, setAsyncContext } = core as Native;
    const variable = new AsyncVariable(), before = getAsyncContext();
    const outside = variable.get(), last = variable.enter(1), inside = variable.get();
    setAsyncContext(last);
    return outside === undefined && last === before && inside === 1 && variable.get() === undefined;
  } catch {
    return false;
  }
}

function node(): Node {
  const { process } = globalThis as unknown as { process: { getBuiltinModule(name: string): unknown } };
  return process.getBuiltinModule("node:async_hooks") as Node;
}

/** Makes a value that follows code; nobody has one yet. */
export function asyncLocal<T>(): AsyncLocal<T> {
  const core = native();
  if (core === undefined) {
    let storage: InstanceType<Node["AsyncLocalStorage"]> | undefined;
    return {
      get: () => storage?.getStore() as T | undefined,
      run: (value, body) => (storage ??= new (node().AsyncLocalStorage)()).run(value, body),
    };
  }
  const variable = new core.AsyncVariable();
  return {
    get: () => variable.get() as T | undefined,
    run(value, body) {
      const before = variable.enter(value);
      try {
        return body();
      } finally {
        core.setAsyncContext(before);
      }
    },
  };
}

/** All values as they are now: gives a function that calls others with them. */
export function asyncSnapshot(): <R>(body: () => R) => R {
  const core = native();
  if (core === undefined) return node().AsyncLocalStorage.snapshot();
  const then = core.getAsyncContext();
  return (body) => {
    const before = core.getAsyncContext();
    core.setAsyncContext(then);
    try {
      return body();
    } finally {
      core.setAsyncContext(before);
    }
  };
}
