/**
 * Code references: `lib:Name`, `mod:<hash>#Export`, `src:<hash>`, `global:Math.sqrt`. Names may be paths: `lib:KMeans.step`.
 *
 * @module
 */

import { UnknownCodeError } from "./errors.ts";

/** A code reference taken apart. */
export interface CodeReference {
  /** Where the code comes from: the library itself, a bundled module, a closed function's source, or the standard globals. */
  readonly kind: "lib" | "mod" | "src" | "global";
  /** Hash of the code; `""` for kinds without. */
  readonly hash: string;
  /** Names to follow, outermost first. */
  readonly path: readonly string[];
}

/**
 * Takes a code reference apart.
 *
 * @throws {UnknownCodeError} when the text is none.
 */
export function parseReference(text: string): CodeReference {
  const colon = text.indexOf(":");
  const kind = text.slice(0, colon), rest = text.slice(colon + 1);
  if (rest !== "") {
    if (kind === "lib" || kind === "global") return { kind, hash: "", path: rest.split(".") };
    if (kind === "src") return { kind, hash: rest, path: [] };
    const sharp = rest.indexOf("#");
    if (kind === "mod" && sharp > 0 && sharp < rest.length - 1) {
      return { kind, hash: rest.slice(0, sharp), path: rest.slice(sharp + 1).split(".") };
    }
  }
  throw new UnknownCodeError(
    `${JSON.stringify(text)} is no code reference; expected lib:Name, mod:<hash>#Export, src:<hash> or global:Name`,
  );
}

/**
 * Follows a path of own properties.
 *
 * @throws {UnknownCodeError} naming what is missing, and what is there.
 */
export function follow(root: object, path: readonly string[], whatRoot: string): unknown {
  let at: unknown = root;
  for (let i = 0; i < path.length; i++) {
    const holder = at as object | null;
    if (
      (typeof holder !== "object" && typeof holder !== "function") || holder === null || !Object.hasOwn(holder, path[i])
    ) {
      const where = i === 0 ? whatRoot : `${path.slice(0, i).join(".")} of ${whatRoot}`;
      throw new UnknownCodeError(`${where} has no ${JSON.stringify(path[i])}`);
    }
    at = (holder as Record<string, unknown>)[path[i]];
  }
  return at;
}
