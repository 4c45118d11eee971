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
  /** Looks for it ahead of time: looking at all sources takes 4 ms, reading them 30. That there is none is nobody's concern yet. */
  lookAhead(): void;
}

/**
 * The bundle of the library for threads of this process; undefined where there can be none. It is looked for when a thread asks.
 *
 * @param missing Called when a thread asks and there is none that stands for the sources as they are: somebody may make one, for the next.
 * @param unknown Called when all sources had to be read: somebody may write down what they came to, for the next.
 */
export function libraryBundle(missing: () => void, unknown?: () => void): LibraryBundle | undefined {
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
  const look = (): Promise<string | undefined> =>
    found ??= findBundle(entry, place, unknown).then((path) => {
      if (path !== undefined) return `file://${encodeURI(path)}`;
      found = undefined;
    });
  return {
    folder,
    async find() {
      const url = await look();
      if (url === undefined) missing();
      return url;
    },
    lookAhead: () => void look(),
  };
}

let making: Promise<void> | undefined;

/** Makes the bundle of the library where there is none, and writes down what its sources come to. Several calls at a time are one. */
export function makeLibraryBundle(): Promise<void> {
  return making ??= bundled(libraryFile("mod.ts").href).then(() => {
    making = undefined;
  });
}
