import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { bothNotebooks, cellsOf } from "./cells.ts";
import { Jupyter, NoJupyterError } from "./jupyter.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url);

interface Output {
  readonly output_type: "stream" | "execute_result" | "display_data" | "error";
  readonly text?: string;
  readonly data?: Readonly<Record<string, string>>;
}

interface Executed {
  readonly cells: readonly { readonly id: string; readonly source: string; readonly outputs?: readonly Output[] }[];
}

Deno.test("cellsOf() makes cells of text and code, and of what is printed last what is shown", () => {
  const program = `/** Not a cell. */

// %% [markdown]
// # Title
//
// Text with \`code\`.

// %%
import { a } from "./a.ts";
console.log("in between");
console.log(a(1));

// %%
console.log("name:", {
  a,
});

// %%
console.info(a);
`;
  assert.deepEqual(cellsOf(program).map(({ cell_type, source, shows }) => [cell_type, source.join(""), shows]), [
    ["markdown", "# Title\n\nText with `code`.", false],
    ["code", 'import { a } from "./a.ts";\nconsole.log("in between");\na(1);', true],
    ["code", "({\n  a,\n});", true],
    ["code", "console.info(a);", false],
  ]);
});

Deno.test("examples/notebook.ipynb holds what notebook.ts holds", async () => {
  const { written, made } = await bothNotebooks();
  assert.equal(written, made, "they differ: deno run -A tests/examples/cells.ts");
});

Deno.test("examples/notebook.ipynb runs from top to bottom in the kernel, and leaves no processes", async (t) => {
  let installed: Jupyter;
  try {
    installed = await Jupyter.install();
  } catch (e) {
    if (!(e instanceof NoJupyterError)) throw e;
    console.log(e.message);
    await t.step({ name: "no Jupyter can be had here", ignore: true, fn: () => {} });
    return;
  }
  await using jupyter = installed;
  const file = fileURLToPath(new URL("notebook.ipynb", EXAMPLES));
  const cells = cellsOf(await Deno.readTextFile(new URL("notebook.ts", EXAMPLES)));
  const showing = cells.filter((cell) => cell.shows).map((cell) => cell.id);
  const notebook = JSON.parse(await jupyter.execute(file, showing.join())) as Executed;
  await jupyter.nothingRuns();

  /** What the cell shows whose code ends so. */
  const shown = (end: string): Readonly<Record<string, string>> => {
    const outputs = notebook.cells.findLast((cell) => cell.source.endsWith(end))?.outputs ?? [];
    const data = outputs.find((output) => output.output_type === "execute_result")?.data;
    assert(data !== undefined, `${end} shows nothing: ${JSON.stringify(outputs)}`);
    return data;
  };
  for (const cell of notebook.cells) {
    assert(!cell.outputs?.some((output) => output.output_type === "error"), JSON.stringify(cell));
  }
  assert.match(shown("X.slice(0, 5);")["text/html"], /<table>/);
  assert.match(shown("estimator;")["text/html"], /<details/);
  assert.match(shown("gridSearch;")["text/html"], /GridSearchCV/);
  assert.match(shown("XLarge;")["text/html"], /<svg/);
  assert.match(shown("XLarge;")["text/plain"], /^ChunkedArray float64 \[16000, 20\], 8 blocks .*, on the workers$/);
  assert.match(shown("clf;")["text/html"], /KMeans/);
  assert.match(shown("clf.clusterCenters_;")["text/plain"], /^NDArray float64 \[12, 20\]/);
  assert.match(shown(".compute();")["text/plain"], /^NDArray int32 \[10\]/);

  // A kernel that is killed, as when it is started again, takes its cluster with it.
  const code = 'import { Client } from "../mod.ts"; const client = await Client.local();' +
    "if (await client.submit((x: number) => x + 1, 1) !== 2) throw new Error()";
  await jupyter.execute("--kill", fileURLToPath(EXAMPLES), code);
  await jupyter.nothingRuns();
});
