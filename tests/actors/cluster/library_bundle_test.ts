import assert from "node:assert/strict";
import { bundled, bundleFolder, findBundle } from "../../../actors/cluster/bundle.ts";
import { libraryBundle } from "../../../actors/cluster/library_bundle.ts";
import { libraryFile } from "../../../actors/core/mod.ts";
import { Client, loadIris, readCsv } from "../../../mod.ts";

/** What a thread knows of its library. */
function libraryHere(): { url: string; odd: string[] } {
  const exports = (globalThis as never)[Symbol.for("troupe.library")] as Record<string, { name?: string }>;
  const { url } = (globalThis as never)[Symbol.for("troupe.registry")] as { url: string };
  // Classes whose own text the bundler renames.
  const odd = ["NDArray", "Pipeline", "RandomState", "Client"].filter((name) => exports[name].name !== name);
  return { url, odd };
}

Deno.test("Client.submit() has threads load the library as one file, the same in all that it exports", async () => {
  const path = await bundled(libraryFile("mod.ts").href);
  await using client = await Client.local({ workers: 1, threadsPerWorker: 1 });
  const { data } = await client.submit(loadIris);
  assert.deepEqual(data.shape, [150, 4]);
  const { url, odd } = await client.submit(libraryHere);
  // Where no bundle can be made, and while the sources change, they are loaded themselves.
  const folder = bundleFolder();
  const now = folder && await findBundle(libraryFile("mod.ts").href, folder);
  assert.ok(url === libraryFile("mod.ts").href || url === `file://${now}` || url === `file://${path}`, url);
  if (path !== undefined && path === now) assert.equal(url, `file://${encodeURI(path)}`);
  assert.deepEqual(odd, []);
  // Its packages are found, though the file lies elsewhere.
  const table = await client.submit(readCsv, new TextEncoder().encode("a,b\n1,2\n3,4\n"));
  assert.deepEqual(table.shape, [2, 2]);
});

Deno.test("LibraryBundle.find() says when there is none, and looks again when it is asked again", async () => {
  const before = Deno.env.get("DENO_DIR");
  const empty = Deno.makeTempDirSync();
  try {
    Deno.env.set("DENO_DIR", empty);
    let missing = 0;
    const bundle = libraryBundle(() => missing++);
    assert.equal(bundle?.folder, `${empty}/troupe`);
    bundle?.lookAhead();
    assert.equal(await bundle?.find(), undefined);
    assert.equal(missing, 1, "looking ahead asks for nothing");
    assert.equal(await bundle?.find(), undefined);
    assert.equal(missing, 2);
  } finally {
    if (before === undefined) Deno.env.delete("DENO_DIR");
    else Deno.env.set("DENO_DIR", before);
    Deno.removeSync(empty, { recursive: true });
  }
});
