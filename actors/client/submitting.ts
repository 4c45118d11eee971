/**
 * From a function and its arguments to a task.
 *
 * @module
 */

import { describeCode } from "../code/mod.ts";
import {
  Arena,
  contentHash,
  type Described,
  hex,
  pack,
  type Packing,
  packInto,
  type PackOptions,
  reference,
  toBlob,
} from "../values/mod.ts";
import { ActorHandle } from "./actor_handle.ts";
import { ClientTask, type TaskCall, type TaskOptions } from "./client_task.ts";
import type { ClientCore } from "./core.ts";
import type { Options } from "./options.ts";
import { foreign } from "./ownership.ts";
import type { Scatterer } from "./scattering.ts";

/** Arguments with more bytes of arrays than this are scattered, each that has as many. */
export const LARGE = 65_536;

interface Code {
  readonly ref: string;
  readonly hashes: readonly string[];
  /** What keys begin with. */
  readonly prefix: string;
  /** What the last call of it had in common with others. */
  call: TaskCall | undefined;
}

/** Makes tasks. */
export class Submitter {
  readonly #core: ClientCore;
  readonly #scatterer: Scatterer;
  readonly #codes = new WeakMap<WeakKey, Code>();
  readonly #arena = new Arena();
  /** Whether a handle of an actor was among what was packed last. */
  #handles = false;

  /** How values are packed. */
  readonly packing: PackOptions = {
    root: "args",
    refuses: (value) => foreign(this.#core, value),
    describe: (fn, purpose, path) => {
      if ((fn as unknown) === ActorHandle) this.#handles = true;
      const described = describeCode(fn, purpose, path);
      if (described !== undefined && described.codes.size > 0) this.#learn(described);
      return described;
    },
  };

  /** Submits through `core`. */
  constructor(core: ClientCore, scatterer: (packing: PackOptions) => Scatterer) {
    this.#core = core;
    this.#scatterer = scatterer(this.packing);
  }

  /** What scatters. */
  get scatterer(): Scatterer {
    return this.#scatterer;
  }

  #learn(described: Described): void {
    for (const [hash, bytes] of described.codes) this.#core.machine.codes.set(hash, bytes);
  }

  /** The code reference of a function or class. */
  // deno-lint-ignore ban-types
  code(fn: Function): Code {
    let code = this.#codes.get(fn);
    if (code === undefined) {
      if (typeof fn !== "function") {
        throw new TypeError(`expected a function to call, got ${fn === null ? "null" : typeof fn}`);
      }
      const described = describeCode(fn, "value");
      this.#learn(described);
      const name = (fn.name || "task").replace(/[^\w$.]/g, "_").slice(0, 40);
      code = { ref: described.ref, hashes: [...described.codes.keys()], prefix: name, call: undefined };
      this.#codes.set(fn, code);
    } else if (code.hashes.some((hash) => !this.#core.machine.codes.has(hash))) {
      // It was forgotten meanwhile.
      this.#learn(describeCode(fn, "value"));
    }
    return code;
  }

  /** Submits a call; `suffix` makes keys of several calls with one key option differ, and `own` is the key whatever the options say. */
  submit(
    // deno-lint-ignore ban-types
    fn: Function,
    args: readonly unknown[],
    options: Options,
    wire: TaskOptions,
    suffix = "",
    own?: string,
  ): ClientTask {
    this.#core.mustBeOpen();
    const code = this.code(fn);
    this.#handles = false;
    const arena = this.#arena;
    let packed = packInto(arena, args, this.packing);
    if (packed.frames.length > 0) {
      if (packed.nbytes > LARGE) packed = this.#lighten(args, packed);
      // Copied now: what is submitted again some day shall be what it was.
      const blob = toBlob(packed);
      arena.put(blob, blob.length);
    }
    // What is packed from here on goes elsewhere.
    const { bytes, start, end } = arena;
    const { given } = options;
    const named = own !== undefined || given.key !== undefined || given.pure === true;
    const key = own !== undefined
      ? own
      : given.key !== undefined
      ? given.key + suffix
      : given.pure
      ? pureKey(code, bytes.subarray(start, end))
      : this.#core.ids.next(code.prefix);
    if (named) {
      const known = this.#core.known(key);
      if (known !== undefined && known.call !== undefined) {
        if (known.state === "released" || known.state === "cancelled" || known.state === "lost") {
          this.#core.submit(known, true);
        }
        return known;
      }
    }
    let { call } = code;
    if (packed.codes.size > 0) {
      call = { fn: code.ref, options: wire, codes: [...new Set([...code.hashes, ...packed.codes.keys()])] };
    } else if (call === undefined || call.options !== wire) {
      call = code.call = { fn: code.ref, options: wire, codes: code.hashes };
    }
    const task = new ClientTask(key, "task", call, bytes, start, end, packed.refs);
    // An actor must not end because its last handle is on its way.
    if (this.#handles) task.keep = args;
    this.#core.submit(task, named);
    return task;
  }

  /** The key that a call would have. */
  // deno-lint-ignore ban-types
  keyOf(fn: Function, args: readonly unknown[], options: Options): string {
    const code = this.code(fn);
    if (options.given.key !== undefined) return options.given.key;
    return options.given.pure ? pureKey(code, toBlob(pack(args, this.packing))) : this.#core.ids.next(code.prefix);
  }

  /** Large arguments become references. */
  #lighten(args: readonly unknown[], packed: Packing): Packing {
    const light = args.map((value, i) => {
      if (typeof value !== "object" || value === null) return value;
      const alone = pack(value, { ...this.packing, root: `args[${i}]` });
      // What holds futures itself cannot be scattered: their values are not here.
      if (alone.nbytes <= LARGE || alone.frames.length === 0 || alone.refs.length > 0) return value;
      return { [reference]: this.#scatterer.argument(value, alone).key };
    });
    return light.every((v, i) => v === args[i]) ? packed : pack(light, this.packing);
  }
}

function pureKey(code: Code, args: Uint8Array): string {
  const content = hex(contentHash({ head: args, frames: [] }));
  return `${code.prefix}-${
    hex(contentHash({ head: new TextEncoder().encode(code.ref), frames: [] })).slice(0, 12)
  }-${content}`;
}
