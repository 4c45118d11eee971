/**
 * What passes between the main side and its threads by postMessage: what is rare, or not plain bytes.
 *
 * @module
 */

import type { Arrival, Introduction, Message, Peer } from "../../transport/mod.ts";
import type { NativeLibrary } from "./natives.ts";

/** First to each thread. */
export interface ThreadInit {
  readonly type: "init";
  /** Its number. */
  readonly thread: number;
  readonly role: "tasks" | "actors";
  readonly queue: SharedArrayBuffer;
  readonly line: SharedArrayBuffer;
  /** The arenas, by number. */
  readonly arenas: readonly WebAssembly.Memory[];
  readonly worker: string;
  readonly scheduler: string;
  /** Added to the thread's niceness, where the system lets it. */
  readonly nice: number;
  /** Where eight bytes wake the main side, and the library that writes them. */
  readonly signal: { readonly libc: string; readonly descriptor: number };
  /** Native libraries to open before FFI is given up. */
  readonly natives: readonly NativeLibrary[];
}

/** A peer as data. */
export type PeerData = Introduction & { readonly id: string; readonly address: string };

/** An arrival as data. */
export type ArrivalData =
  | { readonly kind: "up"; readonly peer: PeerData }
  | {
    readonly kind: "message";
    readonly peer: string;
    readonly header: Message["header"];
    readonly frames: readonly Uint8Array[];
  }
  | { readonly kind: "down"; readonly peer: string; readonly reason: string }
  | Extract<Arrival, { kind: "refused" }>;

/** What every thread that performs tasks loads as soon as one of them is to perform it: see `ml/parallel/library_ahead.ts`. */
export const LIBRARY_AHEAD = "lib:libraryAhead";

/** Main to thread. */
export type ToThread =
  | ThreadInit
  | { readonly type: "fn"; readonly index: number; readonly ref: string }
  | { readonly type: "code"; readonly hash: string; readonly bytes: Uint8Array }
  | { readonly type: "library"; readonly url: string | undefined }
  | { readonly type: "actorKey"; readonly index: number; readonly key: string }
  | { readonly type: "opened"; readonly self: Introduction }
  | { readonly type: "arrival"; readonly arrival: ArrivalData }
  | { readonly type: "released"; readonly n: number }
  | { readonly type: "ended" }
  | { readonly type: "close" };

/** Thread to main. */
export type FromThread =
  | { readonly type: "ready" }
  | { readonly type: "wake" }
  | { readonly type: "library" }
  | { readonly type: "log"; readonly key: string; readonly level: string; readonly text: string }
  | { readonly type: "fault"; readonly run: number; readonly text: string }
  | { readonly type: "open" }
  | { readonly type: "dial"; readonly address: string }
  | { readonly type: "hangUp"; readonly address: string }
  | { readonly type: "closePeer"; readonly peer: string; readonly reason?: string }
  | {
    readonly type: "send";
    readonly peer: string;
    readonly n: number;
    readonly header: Message["header"];
    readonly frames: readonly Uint8Array[];
  }
  | { readonly type: "end"; readonly ms?: number };

/** The parts of a peer that are data. */
export function peerData(peer: Peer): PeerData {
  const { id, address, role, name, incarnation } = peer;
  return { id, address, role, name, incarnation };
}
