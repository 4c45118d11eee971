/** `deno task bench NAME [options]`: runs the bench of that name in this folder. */

import { endWithTask } from "../../actors/cli/mod.ts";
import { nearest } from "../../actors/core/mod.ts";

const [name, ...rest] = Deno.args;
const names = [...Deno.readDirSync(new URL(".", import.meta.url))]
  .filter((e) => e.isFile && e.name.endsWith(".ts") && e.name !== "main.ts")
  .map((e) => e.name.slice(0, -3))
  .sort();
if (name === "--help") {
  console.log(`Usage: deno task bench NAME [--help | options]\n\nBenches: ${names.join(", ")}`);
  Deno.exit(0);
}
if (name === undefined || !names.includes(name)) {
  const meant = name === undefined ? undefined : nearest(name, names);
  const got = name === undefined ? "expected the name of a bench" : `no bench ${name}`;
  console.error(
    `error: bench: ${got}; ${meant === undefined ? `there are ${names.join(", ")}` : `did you mean ${meant}?`}`,
  );
  Deno.exit(2);
}
endWithTask();
const { code } = await new Deno.Command(Deno.execPath(), {
  args: [
    "run",
    "-A",
    "--no-prompt",
    "--v8-flags=--expose-gc",
    new URL(`./${name}.ts`, import.meta.url).pathname,
    ...rest,
  ],
}).spawn().status;
Deno.exit(code);
