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
