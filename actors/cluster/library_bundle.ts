/**
 * The library as one file, which threads load in half the time that its hundreds of sources take.
 *
 * @module
 */

import { libraryFile } from "../core/mod.ts";
import { bundled, bundleFolder, findBundle } from "./bundle.ts";

/** Where threads find the library. */
export interface LibraryBundle {
  /** The folder that they must be able to read. */
  readonly folder: string;
  /** URL of the bundle, if there is one now. */
  find(): Promise<string | undefined>;
}

/**
 * The bundle of the library for threads of this process; undefined where there can be none. It is looked for when a thread asks.
 *
 * @param missing Called when there is none that stands for the sources as they are: somebody may make one, for the next.
 */
export function libraryBundle(missing: () => void): LibraryBundle | undefined {
  const entry = libraryFile("mod.ts").href;
  let folder: string | undefined;
  try {
    folder = bundleFolder();
  } catch {
    // The environment is not for this program to see.
  }
  if (folder === undefined || !entry.startsWith("file:")) return undefined;
  const place = folder;
  let found: Promise<string | undefined> | undefined;
  return {
    folder,
    find() {
      return found ??= findBundle(entry, place).then((path) => {
        if (path !== undefined) return `file://${encodeURI(path)}`;
        found = undefined;
        missing();
      });
    },
  };
}

let making: Promise<void> | undefined;

/** Makes the bundle of the library where there is none. Several calls at a time are one. */
export function makeLibraryBundle(): Promise<void> {
  return making ??= bundled(libraryFile("mod.ts").href).then(() => {
    making = undefined;
  });
}
