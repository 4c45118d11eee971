/**
 * libzmq's C interface, as the addon of `npm:zeromq` exports it.
 *
 * @module
 */

import { DriverError } from "../errors.ts";
import { MAX_SOCKETS } from "./constants.ts";

const SYMBOLS = {
  zmq_version: { parameters: ["buffer", "buffer", "buffer"], result: "void" },
  zmq_has: { parameters: ["buffer"], result: "i32" },
  zmq_errno: { parameters: [], result: "i32" },
  zmq_strerror: { parameters: ["i32"], result: "pointer" },
  zmq_ctx_new: { parameters: [], result: "pointer" },
  zmq_ctx_set: { parameters: ["pointer", "i32", "i32"], result: "i32" },
  zmq_socket: { parameters: ["pointer", "i32"], result: "pointer" },
  zmq_close: { parameters: ["pointer"], result: "i32" },
  zmq_bind: { parameters: ["pointer", "buffer"], result: "i32" },
  zmq_unbind: { parameters: ["pointer", "buffer"], result: "i32" },
  zmq_connect: { parameters: ["pointer", "buffer"], result: "i32" },
  zmq_setsockopt: { parameters: ["pointer", "i32", "buffer", "usize"], result: "i32" },
  zmq_getsockopt: { parameters: ["pointer", "i32", "buffer", "buffer"], result: "i32" },
  zmq_socket_monitor: { parameters: ["pointer", "buffer", "i32"], result: "i32" },
  zmq_send: { parameters: ["pointer", "buffer", "usize", "i32"], result: "i32" },
  zmq_msg_init: { parameters: ["buffer"], result: "i32" },
  zmq_msg_init_data: { parameters: ["buffer", "buffer", "usize", "pointer", "pointer"], result: "i32" },
  zmq_msg_send: { parameters: ["buffer", "pointer", "i32"], result: "i32" },
  zmq_msg_recv: { parameters: ["buffer", "pointer", "i32"], result: "i32" },
  zmq_msg_data: { parameters: ["buffer"], result: "pointer" },
  zmq_msg_more: { parameters: ["buffer"], result: "i32" },
  zmq_msg_close: { parameters: ["buffer"], result: "i32" },
  zmq_curve_keypair: { parameters: ["buffer", "buffer"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** libzmq, opened. */
export interface ZmqLibrary {
  /** Its functions. */
  readonly zmq: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];
  /** This process's context. Never ended: sockets that are closed may be in use by its threads for a little longer. */
  readonly context: Deno.PointerValue;
  /** The file it was found in. */
  readonly file: string;
  /** Such as `"4.3.5"`. */
  readonly version: string;
  /** Whether it can encrypt. */
  readonly curve: boolean;
}

let opened: ZmqLibrary | undefined;

/**
 * Opens the library, once.
 *
 * @throws {DriverError} It is not there, or does not load here; says what was tried.
 */
export function openLibrary(): ZmqLibrary {
  if (opened !== undefined) return opened;
  const tried: string[] = [];
  for (const file of candidates(tried)) {
    try {
      return opened = open(file);
    } catch (error) {
      tried.push(`${file}: ${(error as Error).message}`);
    }
  }
  throw new DriverError(`libzmq cannot be used by FFI here; tried:\n  ${tried.join("\n  ")}`);
}

function open(file: string): ZmqLibrary {
  const { symbols: zmq } = Deno.dlopen(file, SYMBOLS);
  const parts = [new Int32Array(1), new Int32Array(1), new Int32Array(1)];
  zmq.zmq_version(parts[0], parts[1], parts[2]);
  const version = parts.map((part) => part[0]).join(".");
  if (parts[0][0] !== 4 || parts[1][0] < 3) throw new DriverError(`it is libzmq ${version}, and 4.3 is needed`);
  const context = zmq.zmq_ctx_new();
  if (context === null) throw new DriverError("libzmq gave no context");
  zmq.zmq_ctx_set(context, MAX_SOCKETS.option, MAX_SOCKETS.value);
  return { zmq, context, file, version, curve: zmq.zmq_has(cString("curve")) === 1 };
}

/** Files to try: the one that TROUPE_ZEROMQ names (a bundled program cannot find the package), else the package's own for this system. */
function* candidates(tried: string[]): Generator<string> {
  if (Deno.build.os === "windows") {
    tried.push("Windows has no poll(2)");
    return;
  }
  let named: string | undefined;
  try {
    named = Deno.env.get("TROUPE_ZEROMQ");
  } catch {
    // Not allowed to look: then there is none.
  }
  if (named !== undefined && named !== "") yield named;
  const root = packageRoot(tried);
  if (root === undefined) return;
  const files = new Map<string, number>();
  try {
    const manifest = JSON.parse(Deno.readTextFileSync(`${root}/build/manifest.json`)) as Record<string, string>;
    const arch = { x86_64: "x64", aarch64: "arm64" }[Deno.build.arch as string] ?? Deno.build.arch;
    for (const [key, file] of Object.entries(manifest)) {
      const build = JSON.parse(key) as { os: string; arch: string; abi?: number };
      if (build.os !== Deno.build.os || build.arch !== arch) continue;
      files.set(`${root}/build/${file}`, build.abi ?? 0);
    }
  } catch (error) {
    tried.push(`${root}/build/manifest.json: ${(error as Error).message}`);
  }
  // Several fit by their names, and need different versions of libc; the newest that loads is the best. (What Node.js calls its
  // own version of the interface is not asked: that costs 10 ms at every start, as any import of node:module or node:process.)
  for (const [file] of [...files].sort((a, b) => b[1] - a[1])) yield file;
}

function packageRoot(tried: string[]): string | undefined {
  const attempts: [string, () => string][] = [
    ["npm:zeromq@6.8.0", () => import.meta.resolve("npm:zeromq@6.8.0")],
    ["zeromq", () => import.meta.resolve("zeromq")],
    ["require zeromq", () => `file://${nodeModule().createRequire(import.meta.url).resolve("zeromq")}`],
  ];
  for (const [name, attempt] of attempts) {
    try {
      const url = attempt();
      const at = url.lastIndexOf("/lib/");
      if (url.startsWith("file:") && at > 0) return decodeURIComponent(new URL(url.slice(0, at)).pathname);
      tried.push(`${name} is at ${url}, which is no package directory`);
    } catch (error) {
      tried.push(`${name}: ${(error as Error).message}`);
    }
  }
  return undefined;
}

/** node:module, loaded only when it is needed. */
function nodeModule(): { createRequire(from: string): { resolve(name: string): string } } {
  const { process } = globalThis as unknown as { process: { getBuiltinModule(name: string): unknown } };
  return process.getBuiltinModule("node:module") as ReturnType<typeof nodeModule>;
}

const utf8 = new TextEncoder();

/** A string as C wants it. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return utf8.encode(text + "\0");
}

/** The last error's name and words. To be called right after the call that failed. */
export function lastError({ zmq }: ZmqLibrary): { code: string; text: string; number: number } {
  const number = zmq.zmq_errno();
  const pointer = zmq.zmq_strerror(number);
  const text = pointer === null ? `error ${number}` : Deno.UnsafePointerView.getCString(pointer);
  return { code: ERRNO[number] ?? `E${number}`, text, number };
}

/** Those that are told apart; the numbers of Linux, and of macOS where they differ. */
const ERRNO: Record<number, string> = {
  2: "ENOENT",
  11: "EAGAIN",
  13: "EACCES",
  19: "ENODEV",
  22: "EINVAL",
  24: "EMFILE",
  36: "ENAMETOOLONG",
  48: "EADDRINUSE",
  49: "EADDRNOTAVAIL",
  98: "EADDRINUSE",
  99: "EADDRNOTAVAIL",
  113: "EHOSTUNREACH",
};
