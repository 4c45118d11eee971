/**
 * A user's module as one file that runs in a thread without permissions.
 *
 * Bundled by the Deno that runs (`deno bundle`), with npm packages and this library left outside: packages come from the worker's own cache, and
 * the library is the worker's own. The source map stays inside, so that stacks name the user's files and lines.
 *
 * @module
 */

import { hashOf } from "../values/mod.ts";
import { ModuleLoadError } from "./errors.ts";
import type { Node } from "./free_variables.ts";
import { libraryUrl } from "./library.ts";
import { addSource } from "./load.ts";
import { parseModule } from "./parser.ts";
import { segments, type SourceMap } from "./source_map.ts";

/** A bundled module. */
export interface Bundle {
  /** Where it came from. */
  readonly url: string;
  /** Hash of `bytes`. */
  readonly hash: string;
  /** The text, UTF-8. */
  readonly bytes: Uint8Array;
  /** Names that it exports. */
  readonly exports: ReadonlySet<string>;
}

const LIBRARY = `globalThis[Symbol.for("troupe.library")]`;
const bundles = new Map<string, Bundle>();

/**
 * Bundles the module at `url`, once in a process's life.
 *
 * @param url A `file:` URL, as `import.meta.resolve("./jobs.ts")` gives.
 * @throws {ModuleLoadError} with the bundler's own message.
 */
export function bundleModule(url: string): Bundle {
  let bundle = bundles.get(url);
  if (bundle === undefined) bundles.set(url, bundle = make(url));
  return bundle;
}

/** Files of this library that are left outside of bundles. */
function outside(): string[] {
  const roots = ["../../mod.ts", "../mod.ts", "../../ml/mod.ts"].map((p) => new URL(p, import.meta.url).href);
  const root = libraryUrl();
  if (root !== undefined) roots.push(root);
  const files = new Set(roots.map((u) => u.startsWith("file:") ? fileURLToPath(u) : u));
  return [...files, "jsr:@troupe/*", "npm:*"];
}

// Not by node:url and node:path: to import them costs every process and thread some milliseconds at its start.
function fileURLToPath(url: string): string {
  return decodeURIComponent(new URL(url).pathname);
}

function dirname(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

function make(url: string): Bundle {
  if (!URL.canParse(url) || !url.startsWith("file:")) {
    throw new ModuleLoadError(
      `cannot load the module ${
        JSON.stringify(url)
      }: expected a file: URL, such as import.meta.resolve("./jobs.ts") gives`,
    );
  }
  const path = fileURLToPath(url);
  const map: { base: string; text: string } = { base: dirname(path), text: run(url, path) };
  return finish(url, map.text, map.base);
}

function run(url: string, path: string): string {
  let out: Deno.CommandOutput;
  try {
    out = new Deno.Command(Deno.execPath(), {
      args: [
        "bundle",
        "--quiet",
        "--no-lock",
        "--platform=deno",
        ...outside().flatMap((f) => ["--external", f]),
        "--sourcemap=inline",
        path,
      ],
      cwd: dirname(path),
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).outputSync();
  } catch (cause) {
    // The process that would say which file is missing does not start in a folder that is missing, too.
    if (cause instanceof Deno.errors.NotFound) {
      throw new ModuleLoadError(`cannot load the module ${url}: there is no folder ${dirname(path)}`, { cause });
    }
    throw new ModuleLoadError(
      `cannot bundle ${url}: ${
        (cause as Error).message
      } (modules are bundled where the client runs: inside of a task, use what came with it)`,
      { cause },
    );
  }
  if (!out.success) {
    // The bundler's own stack says nothing of the user's code.
    const said = new TextDecoder().decode(out.stderr).replace(/\n+Stack backtrace:[\s\S]*$/, "").trim();
    throw new ModuleLoadError(`cannot bundle ${url}:\n${said}`);
  }
  return new TextDecoder().decode(out.stdout);
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function finish(url: string, text: string, base: string): Bundle {
  const cut = text.lastIndexOf("//# sourceMappingURL=");
  const map = cut < 0 ? undefined : readMap(text.slice(cut), base);
  const code = cut < 0 ? text : text.slice(0, cut);
  const ast = parseModule(code);
  const exports = new Set<string>();
  const edits: Edit[] = [];
  for (const n of ast.body as Node[]) topLevel(n, code, exports, edits);
  const where = map === undefined ? () => url : locator(code, map, url);
  inner(ast, where, edits);
  let done = code;
  for (const e of edits.sort((a, b) => b.start - a.start)) {
    // As many lines as before: the source map counts on it.
    const lines = code.slice(e.start, e.end).split("\n").length - e.text.split("\n").length;
    done = done.slice(0, e.start) + e.text + "\n".repeat(Math.max(0, lines)) + done.slice(e.end);
  }
  if (map !== undefined) {
    const json = new TextEncoder().encode(JSON.stringify(map));
    done += `//# sourceMappingURL=data:application/json;base64,${json.toBase64()}\n`;
  }
  const bytes = new TextEncoder().encode(done);
  const hash = hashOf(bytes);
  addSource(hash, url);
  return { url, hash, bytes, exports };
}

function readMap(comment: string, base: string): SourceMap {
  const map = JSON.parse(
    new TextDecoder().decode(Uint8Array.fromBase64(comment.slice(comment.indexOf("base64,") + 7).trim())),
  ) as SourceMap;
  const root = new URL(`file://${base.split("/").map(encodeURIComponent).join("/")}/`);
  map.sources = map.sources.map((s) => new URL(s, root).href);
  delete map.sourcesContent;
  return map;
}

function isLibrary(source: string): boolean {
  return !source.startsWith("npm:") && !source.startsWith("node:");
}

function topLevel(n: Node, code: string, exports: Set<string>, edits: Edit[]): void {
  const name = (id: Node): string => id.type === "Identifier" ? id.name : String(id.value);
  if (n.type === "ImportDeclaration" && isLibrary(n.source.value)) {
    const out: string[] = [];
    const picked: string[] = [];
    for (const s of n.specifiers as Node[]) {
      if (s.type === "ImportNamespaceSpecifier") out.push(`const ${s.local.name} = ${LIBRARY};`);
      else {picked.push(
          `${JSON.stringify(s.type === "ImportSpecifier" ? name(s.imported) : "default")}: ${s.local.name}`,
        );}
    }
    if (picked.length > 0) out.push(`const { ${picked.join(", ")} } = ${LIBRARY};`);
    edits.push({ start: n.start, end: n.end, text: out.join(" ") });
  } else if (n.type === "ExportNamedDeclaration") {
    for (const s of n.specifiers as Node[]) exports.add(name(s.exported));
    const d = n.declaration as Node | null;
    if (d?.id) exports.add(d.id.name);
    for (const v of (d?.declarations ?? []) as Node[]) if (v.id.type === "Identifier") exports.add(v.id.name);
    if (n.source !== null && isLibrary(n.source.value)) {
      const specifiers = n.specifiers as Node[];
      const picked = specifiers.map((s, i) => `${JSON.stringify(name(s.local))}: __troupe${n.start}_${i}`).join(", ");
      const given = specifiers.map((s, i) =>
        `__troupe${n.start}_${i} as ${code.slice(s.exported.start, s.exported.end)}`
      );
      edits.push({
        start: n.start,
        end: n.end,
        text: `const { ${picked} } = ${LIBRARY}; export { ${given.join(", ")} };`,
      });
    }
  } else if (n.type === "ExportDefaultDeclaration") exports.add("default");
  else if (n.type === "ExportAllDeclaration" && isLibrary(n.source.value)) {
    edits.push({
      start: n.start,
      end: n.end,
      text: n.exported === null ? "" : exportNamespace(n, name(n.exported), exports),
    });
  }
}

function exportNamespace(n: Node, as: string, exports: Set<string>): string {
  exports.add(as);
  return `const __troupe${n.start} = ${LIBRARY}; export { __troupe${n.start} as ${JSON.stringify(as)} };`;
}

/** `import.meta.url` becomes the file's own URL, `import()` of the library its namespace. */
function inner(n: Node, where: (at: number) => string, edits: Edit[]): void {
  if (n.type === "MemberExpression" && n.object.type === "MetaProperty" && !n.computed && n.property.name === "url") {
    edits.push({ start: n.start, end: n.end, text: JSON.stringify(where(n.start)) });
    return;
  }
  if (n.type === "ImportExpression" && n.source.type === "Literal" && isOutside(String(n.source.value))) {
    edits.push({ start: n.start, end: n.end, text: `Promise.resolve(${LIBRARY})` });
    return;
  }
  for (const key of Object.keys(n)) {
    const v = n[key] as unknown;
    if (Array.isArray(v)) {
      for (const e of v) if (typeof e?.type === "string") inner(e, where, edits);
    } else if (typeof v === "object" && v !== null && typeof (v as Node).type === "string") {
      inner(v as Node, where, edits);
    }
  }
}

function isOutside(source: string): boolean {
  return source.startsWith("jsr:@troupe/") || outside().includes(source);
}

function locator(code: string, map: SourceMap, fallback: string): (at: number) => string {
  const lines = segments(map);
  return (at) => {
    const before = code.slice(0, at).split("\n");
    const column = before[before.length - 1].length;
    const found = (lines[before.length - 1] ?? []).findLast(([c]) => c <= column);
    return found === undefined ? fallback : map.sources[found[1]];
  };
}
