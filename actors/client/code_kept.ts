/**
 * How much code a client keeps, and has the cluster keep: a program that makes ever new functions shall not fill either.
 *
 * @module
 */

import { type ClientBooks, NO_FRAMES } from "./books.ts";
import type { TaskCall } from "./client_task.ts";

/** Pieces of code, and their bytes, that are kept though no task here needs them: values may hold functions and instances of classes. */
export const CODE_PIECES = 1000;
const CODE_BYTES = 64 << 20;

/** Where much code has come together, forgets the oldest that no task needs; the scheduler, and through it the workers, forget it too. */
export function forgetCode(b: ClientBooks): void {
  let bytes = 0;
  for (const code of b.codes.values()) bytes += code.length;
  if (b.codes.size <= b.codePieces && bytes <= b.codeBytes) return;
  const needed = new Set<string>();
  let before: TaskCall | undefined;
  for (const { call } of b.tasks.values()) {
    if (call === undefined || call === before) continue;
    before = call;
    for (const hash of call.codes) needed.add(hash);
  }
  const gone: string[] = [];
  for (const [hash, code] of b.codes) {
    if (b.codes.size <= CODE_PIECES / 2 && bytes <= CODE_BYTES / 2) break;
    if (needed.has(hash)) continue;
    bytes -= code.length;
    b.codes.delete(hash);
    b.told.delete(hash);
    gone.push(hash);
  }
  // Where most of it is needed, it is not looked at again each time.
  b.codePieces = Math.max(CODE_PIECES, 2 * b.codes.size);
  b.codeBytes = Math.max(CODE_BYTES, 2 * bytes);
  if (gone.length > 0) b.send({ type: "forgetCodes", hashes: gone, frames: NO_FRAMES });
}
