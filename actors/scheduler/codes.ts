/**
 * Code that clients sent along with their tasks. Every worker gets all of it, each piece once, with the first tasks it is
 * given after the piece came: arguments and values may hold code too, and which is not seen from outside.
 *
 * A piece stays as long as a client holds it. What no client holds any more is kept for values and tasks that outlive their client, but no
 * more of it than is stated here; then the oldest goes, and workers forget it too.
 *
 * @module
 */

import type { SchedulerClient } from "./clients.ts";
import type { SchedulerWorker } from "./workers.ts";

/** Pieces, and their bytes, that are kept for nobody in particular. */
export const LOOSE_PIECES = 1000;
const LOOSE_BYTES = 64 << 20;

interface CodePiece {
  /** Null when only workers have it. */
  code: Uint8Array | null;
  /** How many clients hold it. */
  clients: number;
}

/** Code by hash. */
export class CodeTable {
  readonly #pieces: Map<string, CodePiece> = new Map();
  /** Those that no client holds; the longest so first. */
  readonly #loose: Map<string, CodePiece> = new Map();
  #looseBytes = 0;

  /** How many pieces there are. */
  get size(): number {
    return this.#pieces.size;
  }

  /** Bytes of all. */
  get bytes(): number {
    let n = 0;
    for (const p of this.#pieces.values()) n += p.code === null ? 0 : p.code.length;
    return n;
  }

  /** A client has sent a piece, and holds it. */
  hold(c: SchedulerClient, hash: string, code: Uint8Array, workers: Iterable<SchedulerWorker>): void {
    let piece = this.#pieces.get(hash);
    if (piece === undefined) this.#pieces.set(hash, piece = { code: null, clients: 0 });
    else this.#tighten(hash, piece);
    if (piece.code === null) {
      piece.code = code;
      for (const w of workers) if (!w.codes.has(hash)) w.codesDue.push(hash);
    }
    if (c.codes.has(hash)) return;
    c.codes.add(hash);
    piece.clients++;
  }

  /** A client no longer holds these. */
  letGo(c: SchedulerClient, hashes: Iterable<string>): void {
    for (const hash of hashes) {
      if (!c.codes.delete(hash)) continue;
      const piece = this.#pieces.get(hash)!;
      if (--piece.clients === 0) this.#loosen(hash, piece);
    }
  }

  /** A worker begins a session, and knows these. */
  join(w: SchedulerWorker, hashes: readonly string[]): void {
    w.codes = new Set(hashes);
    w.codesDue = [];
    for (const hash of hashes) {
      if (this.#pieces.has(hash)) continue;
      const piece: CodePiece = { code: null, clients: 0 };
      this.#pieces.set(hash, piece);
      this.#loosen(hash, piece);
    }
    for (const [hash, piece] of this.#pieces) if (piece.code !== null && !w.codes.has(hash)) w.codesDue.push(hash);
  }

  /** Writes what the worker does not have yet into both lists, and holds it for known to the worker from now on. */
  send(w: SchedulerWorker, hashes: string[], frames: Uint8Array[]): void {
    if (w.codesDue.length === 0) return;
    for (const hash of w.codesDue) {
      const code = this.#pieces.get(hash)?.code ?? null;
      if (code === null || w.codes.has(hash)) continue;
      w.codes.add(hash);
      hashes.push(hash);
      frames.push(code);
    }
    w.codesDue = [];
  }

  /** Whether there is more of what no client holds than shall be kept. */
  get excessive(): boolean {
    return this.#loose.size > LOOSE_PIECES || this.#looseBytes > LOOSE_BYTES;
  }

  /** Lets go of the oldest pieces that no client holds and no task needs, down to half of what may be kept. Gives their hashes. */
  trim(needed: ReadonlySet<string>): string[] {
    const gone: string[] = [];
    for (const [hash, piece] of this.#loose) {
      if (this.#loose.size <= LOOSE_PIECES / 2 && this.#looseBytes <= LOOSE_BYTES / 2) break;
      if (needed.has(hash)) continue;
      this.#tighten(hash, piece);
      this.#pieces.delete(hash);
      gone.push(hash);
    }
    return gone;
  }

  /** Throws an Error where its counts are not those of the clients. */
  validate(clients: Iterable<SchedulerClient>): void {
    const holds = new Map<string, number>();
    for (const c of clients) for (const hash of c.codes) holds.set(hash, (holds.get(hash) ?? 0) + 1);
    let bytes = 0;
    for (const [hash, piece] of this.#pieces) {
      const n = holds.get(hash) ?? 0;
      holds.delete(hash);
      if (piece.clients !== n) throw new Error(`${n} clients hold the code ${hash}, counted are ${piece.clients}`);
      if (this.#loose.has(hash) !== (n === 0)) throw new Error(`the code ${hash} is loose, and ${n} clients hold it`);
      if (n === 0 && piece.code !== null) bytes += piece.code.length;
    }
    for (const hash of holds.keys()) throw new Error(`a client holds the code ${hash}, which is not there`);
    for (const hash of this.#loose.keys()) {
      if (!this.#pieces.has(hash)) throw new Error(`the code ${hash} is gone, and loose`);
    }
    if (bytes !== this.#looseBytes) {
      throw new Error(`${bytes} bytes of code are loose, counted are ${this.#looseBytes}`);
    }
  }

  #loosen(hash: string, piece: CodePiece): void {
    this.#loose.set(hash, piece);
    this.#looseBytes += piece.code === null ? 0 : piece.code.length;
  }

  #tighten(hash: string, piece: CodePiece): void {
    if (this.#loose.delete(hash)) this.#looseBytes -= piece.code === null ? 0 : piece.code.length;
  }
}
