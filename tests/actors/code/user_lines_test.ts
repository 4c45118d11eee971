import { ok, strictEqual } from "node:assert/strict";
import { describeCode, loadParser } from "../../../actors/code/mod.ts";
import type { Described } from "../../../actors/values/mod.ts";
import { findInFile, spread } from "../../../actors/code/user_lines.ts";
import { arrow, declared } from "./modules/sent.ts";

const url = import.meta.resolve("./modules/sent.ts");
const sources = await Deno.readTextFile(new URL(url));

/** The line, from 1, on which something stands. */
function lineOf(text: string): number {
  return sources.split("\n").findIndex((l) => l.includes(text)) + 1;
}

Deno.test("findInFile() finds a declared function wherever it is sent from, and its lines without types and comments", () => {
  for (
    const [fn, first, thrown] of [[declared, "function declared", "line 14"], [arrow, "arrow = (", "line 23"]] as const
  ) {
    const source = Function.prototype.toString.call(fn);
    const found = findInFile(source, fn.name, `${url}:40`)!;
    strictEqual(found.url, url);
    strictEqual(found.lines[0], lineOf(first));
    const at = source.split("\n").findIndex((l) => l.includes("throw new RangeError") || l.includes(".none.x"));
    strictEqual(found.lines[at], lineOf(thrown));
  }
});

Deno.test("findInFile() does not know a function that is not in the file, or whose file cannot be read", () => {
  strictEqual(findInFile("(alpha)=>{\n  return beta(gamma);\n}", "", `${url}:1`), undefined);
  strictEqual(findInFile("(x)=>x", "", "file:///no/such/file.ts:1"), undefined);
  strictEqual(findInFile("(x)=>x", "", "https://example.org/x.ts:1"), undefined);
});

Deno.test("spread() moves lines down and together, and leaves templates as they are", () => {
  strictEqual(spread("a;\nb;\nc;", [1, 4, 4], () => false), "a;\n\n\nb; c;");
  strictEqual(spread("`a;\nb`;\nc;", [1, 3, 5], (offset) => offset < 6), "`a;\nb`;\n\n\nc;");
  // Not where a break ends a statement.
  strictEqual(spread("a\nb", [1, 1], () => false), "a\nb");
});

Deno.test("describeCode() has errors thrown on the user's own lines, of a function that is sent twice and of two that look alike", async () => {
  await loadParser();
  const line = ({ codes }: Described): string => {
    try {
      (0, eval)(new TextDecoder().decode(codes.values().next().value))({ x: 1 }, 0);
    } catch (e) {
      return /:(\d+):\d+\)/.exec((e as Error).stack!.split("\n")[1])![1];
    }
    return "nothing was thrown";
  };
  const own = (await Deno.readTextFile(new URL(import.meta.url))).split("\n");
  const at = (mark: string): string => String(own.findIndex((l) => l.includes(mark)) + 1);
  // deno-fmt-ignore
  function here(p: { readonly x: number }): number {
    // A comment.
    const none = p as unknown as { y: { x: number } };

    return none.y.x; // mark here
  }
  strictEqual(line(describeCode(here, "value")), at("// mark here"));
  strictEqual(line(describeCode(here, "value")), at("// mark here"));
  // deno-fmt-ignore
  const one = describeCode(() => { throw new Error("alike"); }, "value"); // mark one
  // deno-fmt-ignore
  const two = describeCode(() => { throw new Error("alike"); }, "value"); // mark two
  strictEqual(line(one), at("// mark one"));
  strictEqual(line(two), at("// mark two"));
});

Deno.test("describeCode() takes closures sent where none of the user's files is on the stack for others like them", async () => {
  await loadParser();
  const made = Array.from({ length: 12 }, () => (x: number) => x + 1);
  /** Described from a microtask of its own, for which nobody waits yet. */
  const alone = async (fn: typeof made[number]): Promise<Described> => {
    const described = Promise.resolve(fn).then(describeCode as (fn: unknown) => Described);
    await new Promise((r) => setTimeout(r, 0));
    return await described;
  };
  const before = await alone(made[0]);
  ok(new TextDecoder().decode(before.codes.values().next().value).endsWith("//# sourceURL=closure:anonymous\n"));
  const here = describeCode(made[1], "value");
  ok(new TextDecoder().decode(here.codes.values().next().value).includes("user_lines_test.ts"));
  // All the same object: nothing was made, or looked for, again.
  for (const fn of made.slice(2)) ok(await alone(fn) === here);
});
