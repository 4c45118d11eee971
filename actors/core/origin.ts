/**
 * Where the library's own files are.
 *
 * @module
 */

/** Under which a bundle says where the files are that it was made from (see cluster/bundle.ts). */
const ROOT = Symbol.for("troupe.root");

/** URL of one of the library's files by its path from the root, such as `"mod.ts"`. True in a bundle too, where `import.meta.url` is not. */
export function libraryFile(path: string): URL {
  const root = (globalThis as { [ROOT]?: string })[ROOT] ?? new URL("../../", import.meta.url).href;
  return new URL(path, root);
}
