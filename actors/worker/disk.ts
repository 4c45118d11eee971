/**
 * Where values go that memory has no room for.
 *
 * @module
 */

/** A copy of a value's bytes on disk. */
export interface DiskCopy {
  /** Bytes of its parts, in order. */
  readonly sizes: readonly number[];
  /** Gives its place on disk back. Not while it is being read. */
  free(): void;
}

/** A disk. It calls back later, never within the call. */
export interface Disk {
  /** Writes parts, which must not change until it is done; gives the copy, or why there is none. */
  write(parts: readonly Uint8Array[], done: (copy: DiskCopy | Error) => void): void;
  /** Reads a copy's parts into memory of their sizes. */
  read(copy: DiskCopy, into: readonly Uint8Array[], done: (error?: Error) => void): void;
  /** Reads some parts of a copy that follow each other, from number `first` on. */
  readParts(copy: DiskCopy, first: number, into: readonly Uint8Array[], done: (error?: Error) => void): void;
  /** Bytes of all copies. */
  readonly used: number;
}
