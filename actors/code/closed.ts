/**
 * Functions and classes that need nothing from around them, as their source.
 *
 * @module
 */

import { hashOf } from "../values/mod.ts";
import type { Described } from "../values/mod.ts";
import { ClosureError } from "./errors.ts";
import { freeVariables, type Needs, type Node } from "./free_variables.ts";
import { isProbed, isStandardGlobal } from "./globals.ts";
import { parseModule, parserIsLoaded } from "./parser.ts";
import { findInFile, spread } from "./user_lines.ts";

/** Functions of the library that a closed function may use by their names. */
const GIVEN: ReadonlySet<string> = new Set(["getClient"]);
const LIBRARY = `globalThis[Symbol.for("troupe.library")]`;
/** What is known of a source; a program makes the same closure many times over. */
interface Known {
  /** By the place from which it was sent. */
  readonly sites: Map<string, Described>;
  /** What makes it again, as text and syntax, and which of the library's functions it uses. */
  readonly text: string;
  readonly node: Node | undefined;
  readonly given: readonly string[];
  /** How many functions with this source were looked at. */
  looks: number;
}
const bySource = new Map<string, Known>();
const MOST = 4096;
/** So many functions with one source are asked where they were sent from, which takes longer than all the rest. */
const LOOKS = 8;

/** The place in the user's program from which the library was called, as `file:///x.ts:12`, or `""`. */
function callSite(): string {
  const own = [new URL("../", import.meta.url).href, new URL("../../ml/", import.meta.url).href];
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 30;
  const stack = new Error().stack ?? "";
  Error.stackTraceLimit = limit;
  for (const line of stack.split("\n").slice(1)) {
    const m = /((?:file|https?|data|blob):[^\s()]+?):(\d+):\d+\)?$/.exec(line);
    if (m !== null && !own.some((o) => m[1].startsWith(o))) return `${m[1]}:${m[2]}`;
  }
  return "";
}

// deno-lint-ignore ban-types
function called(fn: Function): string {
  return fn.name === ""
    ? "the function"
    : /^class\b/.test(String(fn))
    ? `the class ${fn.name}`
    : `the function ${fn.name}`;
}

/** The expression that makes the function again, and its node. */
function expression(source: string, name: string): { text: string; node: Node | undefined } {
  if (!parserIsLoaded()) return { text: `(${source}\n)`, node: undefined };
  try {
    const ast = parseModule(`(${source}\n)`);
    return { text: `(${source}\n)`, node: ast.body[0].expression };
  } catch {
    // A method is no expression: it is put into an object.
    const ast = parseModule(`({${source}\n})`);
    const p = ast.body[0].expression.properties[0] as Node;
    const f = p.value as Node;
    const kind = (f.async ? "async " : "") + (f.generator ? "*" : "");
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : "method";
    const rest = source.slice(f.start - 2);
    return { text: `({${kind}${key}${rest}\n}).${key}`, node: f };
  }
}

// deno-lint-ignore ban-types
function check(fn: Function, needs: Needs, site: string): string[] {
  const name = fn.name;
  const at = site === "" ? "" : ` (sent at ${site})`;
  const rest = `A function travels as its source alone. `;
  const module = `or export it from a module and take it from client.module(import.meta.resolve("./that_module.ts"))`;
  const given: string[] = [];
  const outer: string[] = [];
  for (const v of needs.variables) {
    if (GIVEN.has(v)) given.push(v);
    else if (!isStandardGlobal(v) && !(needs.probed.has(v) && isProbed(v)) && v !== name) outer.push(v);
  }
  if (outer.length > 0) {
    const list = outer.map((v) => `"${v}"`).join(", ");
    const what = outer.length === 1 ? `the variable ${list}, which is` : `the variables ${list}, which are`;
    throw new ClosureError(
      `cannot send ${called(fn)}${at}: it uses ${what} defined outside of it. ${rest}Pass ${
        outer.length === 1 ? "it as an argument" : "them as arguments"
      }, ${module}`,
      name,
      outer,
    );
  }
  const problem = needs.outerThis
    ? ["`this` (or `new.target`) of what surrounds it", ["this"]] as const
    : needs.outerSuper
    ? ["`super` of the object it belongs to", ["super"]] as const
    : needs.importMeta
    ? ["`import.meta` of its module", ["import.meta"]] as const
    : needs.relativeImports.length > 0
    ? [`a relative import of ${needs.relativeImports[0]}`, []] as const
    : undefined;
  if (problem !== undefined) {
    throw new ClosureError(
      `cannot send ${called(fn)}${at}: it uses ${problem[0]}. ${rest}Pass what it needs as an argument, ${module}`,
      name,
      problem[1],
    );
  }
  return given;
}

/**
 * A closed function or class as its source.
 *
 * @throws {ClosureError} naming the variables it takes from outside.
 */
// deno-lint-ignore ban-types
export function describeClosed(fn: Function): Described {
  const source = Function.prototype.toString.call(fn);
  const key = `${fn.name}\n${source}`;
  let known = bySource.get(key);
  // Several functions may look alike; but those that are made in a loop are sent from one place.
  if (known !== undefined && known.looks >= LOOKS && known.sites.size === 1) return known.sites.values().next().value!;
  if (/\{\s*\[native code\]\s*\}$/.test(source)) {
    throw new ClosureError(
      fn.name.startsWith("bound ")
        ? `cannot send ${
          called(fn)
        }: a bound function does not show what it is bound to; send the function and its arguments`
        : `cannot send ${called(fn)}: it is built in, and no standard function that can be sent by its name`,
      fn.name,
    );
  }
  const site = callSite();
  if (known === undefined) {
    if (bySource.size >= MOST) bySource.clear();
    bySource.set(key, known = look(fn, source, site));
  }
  known.looks++;
  const { sites } = known;
  // What is sent later than in the turn of the user's call has none of the user's files on the stack: the place of one like it will do.
  if (site === "" && sites.size > 0) return sites.values().next().value!;
  let described = sites.get(site);
  if (described === undefined) {
    if (sites.size >= MOST) sites.clear();
    sites.delete("");
    sites.set(site, described = describe(fn.name, source, known, site));
  }
  return described;
}

// deno-lint-ignore ban-types
function look(fn: Function, source: string, site: string): Known {
  let expr: { text: string; node: Node | undefined };
  try {
    expr = expression(source, fn.name);
  } catch (cause) {
    throw Object.assign(
      new ClosureError(`cannot send ${called(fn)}: its source cannot be read (${(cause as Error).message})`, fn.name),
      { cause },
    );
  }
  const needs = expr.node === undefined ? undefined : freeVariables(expr.node);
  const given = needs === undefined ? [...GIVEN].filter((n) => source.includes(n)) : check(fn, needs, site);
  return { sites: new Map(), text: expr.text, node: expr.node, given, looks: 0 };
}

/** As code that was sent from a place: stacks show the user's own file and line, or at least that place. */
function describe(name: string, source: string, known: Known, site: string): Described {
  const { node, given } = known;
  const before = given.map((n) => `const ${n} = ${LIBRARY}.${n};`).join("");
  let own = known.text, lead = "", url = site === "" ? `closure:${name || "anonymous"}` : site;
  // A method's source is changed more than by its lines.
  const found = node === undefined || own.startsWith("({") ? undefined : findInFile(source, name, site);
  if (found !== undefined) {
    const templates = templatesIn(node!);
    own = spread(own, found.lines, (offset) => templates.some(([start, end]) => start < offset && offset < end));
    lead = "\n".repeat(found.lines[0] - 1);
    url = found.url;
  }
  // The name is bound again for functions that call themselves, and so that stacks show it.
  const named = /^[A-Za-z_$][\w$]*$/.test(name) && !given.includes(name) && isBindable(name);
  const body = named ? `const ${name} = ${own}; return ${name};` : `return ${own};`;
  // A line break after "return" would end it there.
  const text = `${lead}(() => {"use strict";${before}${body}\n})()\n//# sourceURL=${url}\n`;
  const bytes = new TextEncoder().encode(text);
  const hash = hashOf(bytes);
  return { ref: `src:${hash}`, codes: new Map([[hash, bytes]]) };
}

/** From where to where templates go, in which a line break would be part of the value. */
function templatesIn(node: Node): [number, number][] {
  const out: [number, number][] = [];
  const open: unknown[] = [node];
  for (let n = open.pop(); n !== undefined; n = open.pop()) {
    if (Array.isArray(n)) open.push(...n.filter((x) => typeof x === "object" && x !== null));
    else {
      const { type, start, end } = n as Node;
      if (type === "TemplateElement") out.push([start, end]);
      else for (const x of Object.values(n as object)) if (typeof x === "object" && x !== null) open.push(x);
    }
  }
  return out;
}

const RESERVED = new Set(
  ("arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for " +
    "function if implements import in instanceof interface let new null package private protected public return static super switch " +
    "this throw true try typeof undefined var void while with yield").split(" "),
);

function isBindable(name: string): boolean {
  return !RESERVED.has(name);
}
