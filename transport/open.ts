/**
 * Endpoints over ZeroMQ, and which driver carries them.
 *
 * @module
 */

import { type Clock, realClock } from "./clock.ts";
import type { Driver } from "./driver.ts";
import { DEFAULT_LIMITS } from "./envelope.ts";
import { DriverError } from "./errors.ts";
import type { Keys } from "./keys.ts";
import type { Introduction, Limits, Reserve } from "./port.ts";
import { SessionEndpoint } from "./session.ts";
import { Times } from "./zmq/constants.ts";
import { FfiDriver } from "./zmq/ffi_driver.ts";
import type { Heartbeat, ZmqDriverOptions } from "./zmq/zmq_driver.ts";
import { openLibrary } from "./zmq/library.ts";
import { sharedPoller } from "./zmq/poller.ts";

/** What an endpoint over ZeroMQ is made of. */
export interface EndpointOptions {
  /** How it introduces itself. */
  readonly self: Introduction;
  /** Its time, for timeouts and pauses; the machine's own where none is given. */
  readonly clock?: Clock;
  /** What differs from the default limits. */
  readonly limits?: Partial<Limits>;
  /** Where large messages are received; fresh memory where none is given. */
  readonly reserve?: Reserve;
  /** Encrypts all it says, and lets in only whom these name. */
  readonly keys?: Keys;
  /** Lets it listen beyond this machine without keys: everyone who can reach it can run code here. */
  readonly insecure?: boolean;
  /** What differs from the default heartbeat. */
  readonly heartbeat?: Partial<Heartbeat>;
  /** How libzmq is reached: `"ffi"`, `"napi"`, or `"auto"` (the default), which is FFI where it works. */
  readonly driver?: "auto" | "ffi" | "napi";
  /** For tests: the version it claims to speak. */
  readonly version?: number;
}

/** What {@link transportInfo} tells. */
export interface TransportInfo {
  /** How libzmq is reached. */
  readonly driver: "ffi" | "napi";
  /** Why that way. */
  readonly reason: string;
  /** The version of libzmq. */
  readonly version: string;
  /** Whether it can encrypt. */
  readonly curve: boolean;
  /** The file it was loaded from by FFI, for the environment variable `TROUPE_ZEROMQ` of a bundled program. */
  readonly file?: string;
}

/**
 * Opens an endpoint for `tcp://` and `ipc://` addresses.
 *
 * @param options What it is made of.
 * @returns It. While it is open, the process stays alive; see {@link SessionEndpoint.unref}.
 * @throws {DriverError} libzmq cannot be used here.
 *
 * @example
 * ```ts
 * import { openEndpoint } from "@troupe/troupe/transport";
 * const self = (name: string) => ({ role: "client", name, incarnation: crypto.randomUUID() }) as const;
 * await using server = await openEndpoint({ self: self("server") });
 * await using client = await openEndpoint({ self: self("client") });
 * client.dial(await server.bind("tcp://127.0.0.1:*"));
 * client.receive((arrival) => {
 *   if (arrival.kind === "up") client.send(arrival.peer, { header: "hello", frames: [new Uint8Array(1e8)] });
 * });
 * for await (const arrival of server.arrivals()) {
 *   if (arrival.kind === "message") break; // header "hello", one frame of 100 MB
 * }
 * ```
 */
export async function openEndpoint(options: EndpointOptions): Promise<SessionEndpoint> {
  const clock = options.clock ?? realClock;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const driver = await openDriver(options.driver ?? "auto", {
    clock,
    // A batch may be a little longer than the longest header in it.
    maxFrameBytes: Math.max(limits.headerBytes, limits.chunkBytes) + 65_536,
    keys: options.keys,
    insecure: options.insecure,
    heartbeat: { intervalMs: Times.heartbeat, timeoutMs: Times.heartbeatTimeout, ...options.heartbeat },
  });
  return new SessionEndpoint({ ...options, driver, clock });
}

/**
 * Which driver `"auto"` uses here, and why.
 *
 * @throws {DriverError} Neither works.
 *
 * @example
 * ```ts
 * import { transportInfo } from "@troupe/troupe/transport";
 * (await transportInfo()).driver; // "ffi", or "napi" where the system's libraries cannot be opened
 * ```
 */
export async function transportInfo(): Promise<TransportInfo> {
  const problem = ffiProblem();
  if (problem === undefined) {
    const { version, curve, file } = openLibrary();
    return {
      driver: "ffi",
      reason: "the addon of npm:zeromq exports libzmq's C interface, and loads here",
      version,
      curve,
      file,
    };
  }
  const { version, capability } = await import("zeromq");
  return { driver: "napi", reason: problem.message, version, curve: capability.curve === true };
}

async function openDriver(which: "auto" | "ffi" | "napi", options: ZmqDriverOptions): Promise<Driver> {
  if (which !== "auto" && which !== "ffi" && which !== "napi") {
    throw new TypeError(`driver: expected "auto", "ffi" or "napi", got ${JSON.stringify(which)}`);
  }
  const problem = which === "napi" ? undefined : ffiProblem();
  if (which === "ffi" && problem !== undefined) throw problem;
  if (which !== "napi" && problem === undefined) return new FfiDriver(options);
  return await (await import("./zmq/napi_driver.ts")).openNapiDriver(options);
}

function ffiProblem(): DriverError | undefined {
  try {
    openLibrary();
    sharedPoller();
    return undefined;
  } catch (error) {
    return error instanceof DriverError
      ? error
      : new DriverError(`FFI does not work here: ${(error as Error).message}`, { cause: error });
  }
}
