/**
 * The memory of another process of the same machine, read by the system's own hand: one copy, where a socket makes three.
 *
 * @module
 */

/** Where a process is, and the proof: whoever finds `token` at `at` in the memory of process `pid` has found the right one. */
export interface Whereabouts {
  /** Number of the process. */
  readonly pid: number;
  /** Address of the proof. */
  readonly at: number;
  /** The proof: bytes that nobody else has. */
  readonly token: Uint8Array;
}

/** Reads the memory of other processes, and tells them where this one's is. */
export interface Reach {
  /** What this process says of itself. */
  readonly own: Whereabouts;
  /** Whether the memory of that process can be read here. */
  finds(other: Whereabouts): boolean;
  /** Where bytes of this process lie; they stay there for as long as they are kept. */
  addressOf(bytes: Uint8Array): number;
  /** Fills `into` with what lies at `address` in process `pid`; false when that cannot be read. */
  read(pid: number, address: number, into: Uint8Array): boolean;
  /** Runs `step` again and again until it gives false, each time in a turn in which messages have theirs too. It must not throw. */
  eachTurn(step: () => boolean): void;
}
