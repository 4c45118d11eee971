/**
 * What is needed of the C library: waiting for descriptors, and descriptors by which one thread wakes another.
 *
 * @module
 */

import { DriverError } from "../errors.ts";

/** The functions, by FFI. */
export interface Libc {
  /** The name it was opened by. */
  readonly name: string;
  /** `poll(2)` on a thread of its own. */
  poll(fds: Uint8Array<ArrayBuffer>, count: bigint, timeout: number): Promise<number>;
  /** `poll(2)` on this thread, which does nothing else meanwhile. */
  hold(fds: Uint8Array<ArrayBuffer>, count: bigint, timeout: number): number;
  write(fd: number, bytes: Uint8Array<ArrayBuffer>, size: bigint): unknown;
  read(fd: number, bytes: Uint8Array<ArrayBuffer>, size: bigint): unknown;
  close(fd: number): number;
  /** `process_vm_readv(2)`, where the system has it. */
  readonly readMemory?: (
    pid: number,
    here: BigUint64Array<ArrayBuffer>,
    pieces: bigint,
    there: BigUint64Array<ArrayBuffer>,
    piecesThere: bigint,
    flags: bigint,
  ) => number | bigint;
  /**
   * A new event: what becomes readable when eight bytes are written to its other end.
   *
   * @returns The descriptor to read and the one to write, which may be the same.
   * @throws {DriverError} The system gives none.
   */
  event(): [read: number, write: number];
}

const COMMON = {
  poll: { parameters: ["buffer", "u64", "i32"], result: "i32", nonblocking: true },
  hold: { name: "poll", parameters: ["buffer", "u64", "i32"], result: "i32" },
  write: { parameters: ["i32", "buffer", "u64"], result: "i64" },
  read: { parameters: ["i32", "buffer", "u64"], result: "i64" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

/** EFD_CLOEXEC and EFD_NONBLOCK: children must not inherit it. */
const EVENT_FLAGS = 0o2000000 | 0o4000;

/**
 * Opens it.
 *
 * @throws {DriverError} It does not load here; says what was tried.
 */
export function openLibc(): Libc {
  if (Deno.build.os !== "linux") {
    const name = "libSystem.dylib";
    const { symbols } = Deno.dlopen(name, { ...COMMON, pipe: { parameters: ["buffer"], result: "i32" } });
    const event = (): [number, number] => {
      const ends = new Int32Array(2);
      if (symbols.pipe(ends) !== 0) throw new DriverError("the system gave no pipe");
      return [ends[0], ends[1]];
    };
    return { ...symbols, name, event };
  }
  const tried: string[] = [];
  for (const name of ["libc.so.6", `libc.musl-${Deno.build.arch}.so.1`]) {
    try {
      const { symbols } = Deno.dlopen(name, {
        ...COMMON,
        eventfd: { parameters: ["u32", "i32"], result: "i32" },
        readMemory: {
          name: "process_vm_readv",
          parameters: ["i32", "buffer", "usize", "buffer", "usize", "usize"],
          result: "isize",
          optional: true,
        },
      });
      const event = (): [number, number] => {
        const fd = symbols.eventfd(0, EVENT_FLAGS);
        if (fd < 0) throw new DriverError("the system gave no eventfd");
        return [fd, fd];
      };
      return { ...symbols, readMemory: symbols.readMemory ?? undefined, name, event };
    } catch (error) {
      tried.push((error as Error).message);
    }
  }
  throw new DriverError(`poll(2) cannot be used here; tried:\n  ${tried.join("\n  ")}`);
}
