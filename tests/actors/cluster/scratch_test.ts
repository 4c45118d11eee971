import assert from "node:assert/strict";
import { makeScratch } from "../../../actors/cluster/scratch.ts";

Deno.test("makeScratch() makes a private folder, and removes it with what is in it", () => {
  const parent = Deno.makeTempDirSync();
  try {
    const scratch = makeScratch(parent);
    assert.equal(Deno.statSync(scratch.path).mode! & 0o777, 0o700);
    Deno.writeTextFileSync(`${scratch.path}/socket`, "");
    scratch.remove();
    scratch.remove();
    assert.deepEqual([...Deno.readDirSync(parent)], []);
  } finally {
    Deno.removeSync(parent, { recursive: true });
  }
});

Deno.test("makeScratch() removes folders of dead owners, and leaves those of the living and what is not its own", async () => {
  const parent = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${parent}/troupe-notes`);
    using mine = makeScratch(parent);
    const module = import.meta.resolve("../../../actors/cluster/scratch.ts");
    const code = `import { makeScratch } from ${JSON.stringify(module)};
      console.log(makeScratch(${JSON.stringify(parent)}).path);
      Deno.kill(Deno.pid, "SIGKILL");`;
    const program = `${parent}/program.ts`;
    Deno.writeTextFileSync(program, code);
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", program] }).output();
    const dead = new TextDecoder().decode(stdout).trim();
    assert.ok(Deno.statSync(dead).isDirectory);
    using another = makeScratch(parent);
    assert.throws(() => Deno.statSync(dead), Deno.errors.NotFound);
    for (const path of [mine.path, another.path, `${parent}/troupe-notes`]) assert.ok(Deno.statSync(path).isDirectory);
  } finally {
    Deno.removeSync(parent, { recursive: true });
  }
});
