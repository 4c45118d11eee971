/**
 * Makes `examples/notebook.ipynb` of `examples/notebook.ts`, cell by cell.
 *
 *     deno run -A tests/examples/cells.ts
 *
 * A line `// %%` begins a cell of code, `// %% [markdown]` one of text, whose lines are comments. Where a cell ends with `console.log(value)` or
 * `console.log("name:", value)`, the notebook's ends with the value, so that it is shown as notebooks show such values. `console.info` stays.
 */

/** A cell of a notebook. */
export interface Cell {
  readonly cell_type: "code" | "markdown";
  readonly id: string;
  readonly source: readonly string[];
  /** Whether it ends with a value. */
  readonly shows: boolean;
}

const SOURCE = new URL("../../examples/notebook.ts", import.meta.url);
const NOTEBOOK = new URL("../../examples/notebook.ipynb", import.meta.url);

/** The last statement of a cell: what it prints, without a name before it. */
const PRINTS = /(?<=^|\n)console\.log\((?:"[^"]*",\s*)?((?:.|\n(?=[\s)}\]]))*)\);$/;

function codeOf(text: string): string {
  return text.replace(PRINTS, (_, value: string) => value.startsWith("{") ? `(${value});` : `${value};`);
}

function textOf(text: string): string {
  return text.split("\n").map((line) => line.replace(/^\/\/ ?/, "")).join("\n");
}

/** The cells of a program. */
export function cellsOf(program: string): Cell[] {
  const parts = program.split(/^\/\/ %%/m).slice(1);
  return parts.map((part, i) => {
    const end = part.indexOf("\n");
    const isText = part.slice(0, end).trim() === "[markdown]";
    const body = part.slice(end + 1).trim();
    const lines = (isText ? textOf(body) : codeOf(body)).split("\n");
    const source = lines.map((line, l) => l < lines.length - 1 ? `${line}\n` : line);
    return { cell_type: isText ? "markdown" : "code", id: `cell-${i}`, source, shows: !isText && PRINTS.test(body) };
  });
}

/** A notebook's file (format 4.5), without outputs. */
export function notebookOf(program: string): string {
  const cells = cellsOf(program).map(({ cell_type, id, source }) =>
    cell_type === "code"
      ? { cell_type, execution_count: null, id, metadata: {}, outputs: [], source }
      : { cell_type, id, metadata: {}, source }
  );
  const metadata = {
    kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
    language_info: { file_extension: ".ts", mimetype: "text/x.typescript", name: "typescript" },
  };
  return `${JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`;
}

/** What is in the two files: the notebook, and what it should be. */
export async function bothNotebooks(): Promise<{ written: string; made: string }> {
  return { written: await Deno.readTextFile(NOTEBOOK), made: notebookOf(await Deno.readTextFile(SOURCE)) };
}

if (import.meta.main) await Deno.writeTextFile(NOTEBOOK, notebookOf(await Deno.readTextFile(SOURCE)));
