/**
 * Code in an executor thread: what functions references stand for, loaded once.
 *
 * @module
 */

import { libraryFile } from "../core/mod.ts";
import { NotSendableError, type PackOptions } from "../values/mod.ts";

/** Code travels with the first task that needs it; it is not waited for any longer than this. */
const CODE_MS = 10_000;

type CodeModule = typeof import("../code/mod.ts");

/** Loads code, and knows what is loaded. */
export class ThreadCode {
  readonly #refs: string[] = [];
  readonly #loaded = new Map<string, unknown>();
  readonly #loading = new Map<string, Promise<unknown>>();
  readonly #codes = new Map<string, Uint8Array>();
  readonly #expected = new Map<string, (() => void)[]>();
  readonly #library = Promise.withResolvers<string | undefined>();
  readonly #askLibrary: () => void;
  #module: CodeModule | undefined;

  /** `askLibrary` asks the main side where the library lies as one file; {@link setLibrary} takes the answer. */
  constructor(askLibrary: () => void) {
    this.#askLibrary = askLibrary;
  }

  /** Functions and classes inside results, as references; none before any code was loaded. Code travels with calls, and not back with results. */
  readonly describe: PackOptions["describe"] = (fn, purpose, path) => {
    const described = this.#module?.describeCode(fn, purpose, path);
    if (described === undefined || described.codes.size === 0) return described;
    for (const hash of described.codes.keys()) {
      if (this.#module!.hasCode(hash)) continue;
      throw new NotSendableError(
        path,
        `the function ${fn.name || "without a name"}, which was made in the task`,
        "only functions that were sent to it, and exports of its module, can come back",
      );
    }
    return described;
  };

  /** The code reference of a number; `undefined` while the message that tells it is under way. */
  ref(index: number): string | undefined {
    return this.#refs[index];
  }

  /** Told by the main side: what a number stands for. */
  setRef(index: number, ref: string): void {
    this.#refs[index] = ref;
    this.#arrived(`#${index}`);
  }

  /** Told by the main side: code by hash. */
  setCode(hash: string, bytes: Uint8Array): void {
    this.#codes.set(hash, bytes);
    this.#arrived(hash);
  }

  /** Told by the main side: the library as one file, if there is one. */
  setLibrary(url: string | undefined): void {
    this.#library.resolve(url);
  }

  /** Whether the code of a reference is loaded. */
  has(ref: string): boolean {
    return this.#loaded.has(ref);
  }

  /** The loaded code of a reference. */
  get(ref: string): unknown {
    return this.#loaded.get(ref);
  }

  /** Ends when the number's reference is known. */
  async refKnown(index: number): Promise<string> {
    while (this.#refs[index] === undefined) await this.#arrival(`#${index}`);
    return this.#refs[index];
  }

  /** Loads the code of a reference; the bytes it needs may still be under way. */
  load(ref: string): Promise<unknown> {
    let p = this.#loading.get(ref);
    if (p === undefined) {
      p = this.#load(ref).then((v) => {
        this.#loaded.set(ref, v);
        return v;
      });
      // A load that failed is tried again by the next task.
      p.catch(() => {}).finally(() => this.#loading.delete(ref));
      this.#loading.set(ref, p);
    }
    return p;
  }

  async #load(ref: string): Promise<unknown> {
    // Imported only now: a thread that is just starting shall not wait for it.
    let module = this.#module;
    if (module === undefined) {
      module = this.#module = await import("../code/mod.ts");
      module.setLibrary(libraryFile("mod.ts").href, () => {
        this.#askLibrary();
        return this.#library.promise;
      });
    }
    const hash = module.hashNeeded(ref);
    if (hash !== undefined && !module.hasCode(hash)) {
      if (!this.#codes.has(hash)) {
        let timer: ReturnType<typeof setTimeout> | undefined;
        const late = new Promise<void>((resolve) => timer = setTimeout(resolve, CODE_MS));
        await Promise.race([this.#arrival(hash), late]);
        clearTimeout(timer);
        if (!this.#codes.has(hash)) {
          throw new module.UnknownCodeError(`the code of ${ref} did not come within ${CODE_MS / 1000} s`);
        }
      }
      module.addCode(hash, this.#codes.get(hash)!);
      // It has a copy.
      this.#codes.delete(hash);
    }
    return await module.loadCode(ref);
  }

  #arrival(what: string): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#expected.get(what);
      if (waiting === undefined) this.#expected.set(what, [resolve]);
      else waiting.push(resolve);
    });
  }

  #arrived(what: string): void {
    const waiting = this.#expected.get(what);
    if (waiting === undefined) return;
    this.#expected.delete(what);
    for (const resolve of waiting) resolve();
  }
}
