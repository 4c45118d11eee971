/**
 * Source files as they are now, looked at once for several bundles that are made of them.
 *
 * @module
 */

/** A file that changed less than so many milliseconds ago may change again without its stamp showing it. */
const FRESH = 2000;

/** Files by URL, each read or looked at once. */
export class SourceFiles {
  readonly #contents = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly #stamps = new Map<string, string>();
  #newest = 0;

  /** What is in it. Throws when it cannot be read. */
  content(url: string): Uint8Array<ArrayBuffer> {
    let content = this.#contents.get(url);
    if (content === undefined) this.#contents.set(url, content = Deno.readFileSync(pathOf(url)));
    return content;
  }

  /**
   * Its size and when it was changed: as long as these are the same, so is the content, if it is {@link settled}. A tenth of the work
   * of reading it. Throws when it is not there.
   */
  stamp(url: string): string {
    let stamp = this.#stamps.get(url);
    if (stamp === undefined) {
      const { size, mtime, ctime, ino } = Deno.statSync(pathOf(url));
      // The second one no program can set; Deno tells it in whole seconds.
      const written = mtime?.getTime() ?? Infinity, changed = ctime?.getTime() ?? Infinity;
      this.#newest = Math.max(this.#newest, written, changed);
      this.#stamps.set(url, stamp = `${size} ${ino} ${written} ${changed}`);
    }
    return stamp;
  }

  /** Whether all files that were looked at have been as they are for so long that a change would show. */
  get settled(): boolean {
    return Date.now() - this.#newest > FRESH;
  }
}

/** The path of a file's URL. */
export function pathOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname);
}
