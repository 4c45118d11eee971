import assert from "node:assert/strict";
import { unpack } from "../../../actors/values/mod.ts";
import { packError } from "../../../actors/worker/thread_results.ts";
import { ThreadBench } from "./thread_bench.ts";

/** An error whose property throws when it is read. */
function withGetter(property: string): Error {
  return Object.defineProperty(new RangeError("far"), property, {
    get() {
      throw new Error("cannot be read");
    },
  });
}

Deno.test("packError() packs whatever was thrown", () => {
  const packed = (thrown: unknown): Error => unpack(packError(thrown)) as Error;
  assert.match(packed(withGetter("message")).message, /message cannot be read/);
  assert.equal(packed(withGetter("stack")).message, "far");
  assert.equal(packed(withGetter("name")).message, "far");
  for (const name of [Symbol("s"), () => 1, 7, undefined]) {
    assert.equal(typeof packed(Object.assign(new Error("x"), { name })).name, "string");
  }
  const text = {
    toString() {
      throw new Error("no text");
    },
  };
  assert.match(packed(Object.assign(new Error("x"), { message: text })).message, /message cannot be read/);
  const deaf = new Proxy(new Error("x"), {
    get() {
      throw new Error("asked");
    },
    getPrototypeOf() {
      throw new Error("asked");
    },
  });
  for (const thrown of [null, undefined, Symbol("s"), text, deaf, { cause: deaf }]) {
    assert(packed(thrown) instanceof Error);
  }
});

Deno.test("ThreadExecutor.start() tells also of an error that cannot be read, and its thread goes on", async () => {
  await using b = new ThreadBench();
  const sync = (): never => {
    throw Object.defineProperty(new Error("x"), "message", {
      get() {
        throw new Error("y");
      },
    });
  };
  const later = async (): Promise<never> => {
    await Promise.resolve();
    throw Object.defineProperty(new Error("x"), "message", {
      get() {
        throw new Error("y");
      },
    });
  };
  for (const fn of [sync, later]) {
    const { error } = await b.outcome(b.start(fn)) as { error: Error };
    assert.match(error.message, /message cannot be read/);
    assert.equal(await b.run((x: number) => x + 1, 1), 2);
  }
});

Deno.test("ThreadExecutor does not fail a task for what another, that has ended, leaves unhandled", async () => {
  await using b = new ThreadBench();
  const wait = async (ms: number): Promise<number> => {
    await new Promise((r) => setTimeout(r, ms));
    return ms;
  };
  // From the first asynchronous task on it is known whose code runs.
  assert.equal(await b.run(wait, 1), 1);
  const leaves = async (): Promise<string> => {
    await Promise.resolve();
    const here = globalThis as unknown as { fire: () => void };
    void new Promise<void>((r) => here.fire = r).then(() => {
      throw new Error("left behind");
    });
    return "over";
  };
  assert.equal(await b.run(leaves), "over");
  const other = async (): Promise<string> => {
    (globalThis as unknown as { fire: () => void }).fire();
    await new Promise((r) => setTimeout(r, 20));
    return "fine";
  };
  assert.equal(await b.run(other), "fine");
  await b.until((e) => e.kind === "log" && e.text.includes("left behind"));
});

Deno.test("ThreadExecutor.start() takes the first word of a thenable that has more", async () => {
  await using b = new ThreadBench();
  const twice = (): unknown => ({
    then(resolve: (v: number) => void, reject: (e: Error) => void) {
      resolve(1);
      resolve(2);
      reject(new Error("no"));
    },
  });
  for (let i = 0; i < 20; i++) {
    const outcomes = [twice, () => 3, twice, () => 4].map((fn) => b.outcome(b.start(fn)));
    assert.deepEqual(await Promise.all(outcomes), [{ value: 1 }, { value: 3 }, { value: 1 }, { value: 4 }]);
  }
  await b.spawn("a", () => ({ twice: () => ({ then: (ok: (v: number) => void) => [ok(1), ok(2)] }), other: () => 3 }));
  assert.deepEqual(await b.call("a", [["twice"], ["other"], ["twice"]]), [{ value: 1 }, { value: 3 }, { value: 1 }]);
});
