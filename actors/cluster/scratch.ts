/**
 * Private folders for a cluster's sockets, which do not outlive their owner.
 *
 * @module
 */

const PREFIX = "troupe-";
const LOCK = "owner";

/** A folder for this process alone. */
export interface Scratch extends Disposable {
  /** Its path; short enough for sockets in it. */
  readonly path: string;
  /** Removes it with all that is in it. Doing so twice does nothing. */
  remove(): void;
}

/**
 * Makes a folder that only this user may enter (mode 700), and removes those whose owners are dead. That an owner lives is known
 * by a lock it holds on a file in the folder, which the system takes back at its death, however it came.
 *
 * @param parent Default: the system's folder for temporary files.
 * @throws {Deno.errors.NotFound} when there is no such folder.
 */
export function makeScratch(parent: string = temporaryFolder()): Scratch {
  removeStale(parent);
  // Not visible to the search for stale ones before the lock is held.
  const hidden = Deno.makeTempDirSync({ dir: parent, prefix: `.${PREFIX}` });
  Deno.chmodSync(hidden, 0o700);
  const lock = Deno.openSync(`${hidden}/${LOCK}`, { create: true, write: true, mode: 0o600 });
  lock.lockSync(true);
  const path = `${parent}/${hidden.slice(parent.length + 2)}`;
  Deno.renameSync(hidden, path);
  let there = true;
  const remove = (): void => {
    if (!there) return;
    there = false;
    removeAll(path);
    lock.close();
  };
  return { path, remove, [Symbol.dispose]: remove };
}

/** The system's folder for temporary files; the usual one where the environment names one too long for sockets in it. */
export function temporaryFolder(): string {
  const named = Deno.env.get("TMPDIR")?.replace(/\/+$/, "");
  return named !== undefined && named !== "" && named.length <= 70 ? named : "/tmp";
}

function removeStale(parent: string): void {
  for (const entry of Deno.readDirSync(parent)) {
    if (!entry.isDirectory || !entry.name.startsWith(PREFIX)) continue;
    const path = `${parent}/${entry.name}`;
    try {
      using lock = Deno.openSync(`${path}/${LOCK}`, { write: true });
      if (lock.tryLockSync(true)) removeAll(path);
    } catch {
      // Not ours to look at, not such a folder, or just removed by somebody else.
    }
  }
}

function removeAll(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch {
    // A child of ours was quicker.
  }
}
