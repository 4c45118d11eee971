import assert from "node:assert/strict";
import { bundled, findBundle } from "../../../actors/cluster/bundle.ts";

/** A project in a folder of its own, and a way to run what `bundled` gives for it. */
function project(files: Record<string, string>) {
  const root = Deno.realPathSync(Deno.makeTempDirSync());
  const write = (name: string, text: string): void => Deno.writeTextFileSync(`${root}/${name}`, text);
  for (const [name, text] of Object.entries(files)) write(name, text);
  return {
    root,
    write,
    bundle: () => bundled(`file://${root}/main.ts`, `${root}/cache`),
    async run(path: string): Promise<string> {
      const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["run", "--no-config", path] }).output();
      return new TextDecoder().decode(stdout).trim();
    },
    [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }),
  };
}

const files = {
  "deno.json": `{ "imports": { "greeting": "./greeting.ts" } }`,
  "main.ts": `import { text } from "greeting"; const shown: string = text; console.log(shown);`,
  "greeting.ts": `export const text = "good morning";`,
  "other.ts": `export const text = "good night";`,
};

Deno.test("bundled() makes one file of an entry, and finds it again", async () => {
  using p = project(files);
  const path = await p.bundle();
  assert.ok(path !== undefined);
  assert.equal(await p.run(path), "good morning");
  const made = Deno.statSync(path).mtime!.getTime();
  assert.equal(await p.bundle(), path);
  assert.equal(Deno.statSync(path).mtime!.getTime(), made, "not made again");
});

Deno.test("bundled() never gives a stale file: any source or the import map may have changed", async () => {
  using p = project(files);
  const first = await p.bundle();
  const { mtime } = Deno.statSync(`${p.root}/greeting.ts`);
  p.write("greeting.ts", `export const text = "good evening";`);
  Deno.utimeSync(`${p.root}/greeting.ts`, mtime!, mtime!);
  const second = await p.bundle();
  assert.notEqual(second, first);
  assert.equal(await p.run(second!), "good evening");
  p.write("deno.json", `{ "imports": { "greeting": "./other.ts" } }`);
  assert.equal(await p.run((await p.bundle())!), "good night");
  p.write("greeting.ts", files["greeting.ts"]);
  p.write("deno.json", files["deno.json"]);
  assert.equal(await p.run((await p.bundle())!), "good morning");
});

Deno.test("bundled() remembers what files that have not been changed came to, and reads those again that have", async () => {
  using p = project(files);
  const first = await p.bundle();
  const manifest = first!.replace(/-[0-9a-f]+\.js$/, ".json");
  const known = (): { key: string } | undefined => JSON.parse(Deno.readTextFileSync(manifest)).known;
  assert.equal(await p.bundle(), first);
  assert.equal(known(), undefined, "what was written a moment ago may be written again without its showing");
  const { now } = Date;
  try {
    Date.now = () => now() + 5000;
    assert.equal(await p.bundle(), first);
  } finally {
    Date.now = now;
  }
  assert.ok(known() !== undefined && first!.endsWith(`-${known()!.key}.js`));
  // That it is used shows when it is another.
  const other = first!.replace(known()!.key, "other");
  Deno.copyFileSync(first!, other);
  Deno.writeTextFileSync(manifest, Deno.readTextFileSync(manifest).replace(known()!.key, "other"));
  assert.equal(await p.bundle(), other);
  p.write("greeting.ts", `export const text = "GOOD MORNING";`);
  assert.equal(await p.run((await p.bundle())!), "GOOD MORNING");
});

Deno.test("findBundle() finds what stands for the sources as they are, and makes nothing", async () => {
  using p = project(files);
  const find = () => findBundle(`file://${p.root}/main.ts`, `${p.root}/cache`);
  assert.equal(await find(), undefined);
  const path = await p.bundle();
  assert.equal(await find(), path);
  p.write("greeting.ts", `export const text = "good evening";`);
  assert.equal(await find(), undefined);
});

Deno.test("bundled() writes ASCII that means the same", async () => {
  using p = project({
    ...files,
    "greeting.ts": `export const text = \`gutes \u00f6l \ud83d\ude00\` + "→".length; // ≤ ä`,
  });
  const path = await p.bundle();
  // deno-lint-ignore no-control-regex
  assert.match(Deno.readTextFileSync(path!), /^[\x00-\x7f]*$/);
  assert.equal(await p.run(path!), "gutes öl 😀1");
});

Deno.test("bundled() has packages looked for when they are imported, and not before", async () => {
  using p = project({
    ...files,
    "deno.json": `{ "imports": { "acorn": "npm:acorn@8.19.0" } }`,
    "main.ts": `if (Deno.args.length === 0) console.log(typeof (await import("acorn")).parse);`,
  });
  const path = await p.bundle();
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--no-config", "--json", path!] })
    .output();
  assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)).npmPackages, {});
  assert.equal(await p.run(path!), "function");
});

Deno.test("bundled() gives nothing when the entry cannot be bundled", async () => {
  using p = project({ ...files, "main.ts": `import "./nowhere.ts";` });
  assert.equal(await p.bundle(), undefined);
  assert.equal(await bundled("https://example.com/main.ts", `${p.root}/cache`), undefined);
  assert.equal(await bundled(`file://${p.root}/other.ts`, "/proc/no/such/folder"), undefined);
});
