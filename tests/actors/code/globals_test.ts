import assert from "node:assert/strict";
import { isStandardGlobal, nameOfGlobal } from "../../../actors/code/globals.ts";
import { follow } from "../../../actors/code/reference.ts";

const NOT_WALKED = ["Deno", "navigator", "performance", "globalThis", "self"];

Deno.test("nameOfGlobal() knows every standard function, and every function that belongs to one", () => {
  const root = globalThis as unknown as Record<string, unknown>;
  let count = 0;
  for (const global of Object.getOwnPropertyNames(globalThis).filter(isStandardGlobal)) {
    const v = root[global];
    const functions: unknown[] = [v];
    if (v !== null && (typeof v === "object" || typeof v === "function") && !NOT_WALKED.includes(global)) {
      for (const [key, d] of Object.entries(Object.getOwnPropertyDescriptors(v))) {
        if (key !== "constructor" && key !== "prototype") functions.push(d.value);
      }
    }
    for (const fn of functions) {
      if (typeof fn !== "function") continue;
      const name = nameOfGlobal(fn);
      assert.ok(name !== undefined, `${global} has ${fn.name}`);
      assert.equal(follow(globalThis, name.split("."), "the global object"), fn, name);
      count++;
    }
  }
  assert.ok(count > 250, `${count}`);
});

Deno.test("nameOfGlobal() gives nothing for a program's own functions, whatever their names", () => {
  const sqrt = (x: number) => x, json = () => 1, fetch = () => 2;
  assert.deepEqual([sqrt, json, fetch, () => 3].map(nameOfGlobal), [undefined, undefined, undefined, undefined]);
});
