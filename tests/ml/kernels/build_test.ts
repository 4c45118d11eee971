import assert from "node:assert/strict";
import { built, sourceNames } from "../../../ml/kernels/build.ts";

for (const name of sourceNames()) {
  Deno.test(`wasm/${name}.ts is what assembly/${name}.as compiles to`, async () => {
    const committed = Deno.readTextFileSync(new URL(`../../../ml/kernels/wasm/${name}.ts`, import.meta.url));
    assert.ok(committed === await built(name), `run \`deno task kernels ${name}\` and commit what it made`);
  });
}

Deno.test("each module in wasm/ has its source in assembly/", () => {
  const modules = [...Deno.readDirSync(new URL("../../../ml/kernels/wasm/", import.meta.url))].map((e) => e.name);
  assert.deepEqual(modules.sort(), sourceNames().map((n) => `${n}.ts`));
});
