/**
 * Workers that will be asked for what the library does load it while the client gets ready what it will ask.
 *
 * @module
 */

import { registerInternals } from "../../actors/code/mod.ts";
import type { Client } from "../../actors/mod.ts";

/** Milliseconds that a program waits for workers that have just been started, before it goes on without having told them. */
const PATIENCE = 20;

/**
 * Does nothing: that the library is loaded for it is all. Executor threads know it by name (`actors/worker/thread_messages.ts`), and all of a worker load
 * the library when one of them is to perform it.
 */
export function libraryAhead(): void {}

registerInternals({ libraryAhead });

const told = new WeakSet<Client>();

/**
 * Has all threads of a client's workers load the library, the first time. Ends when that is on its way: a program that computes from here on sends
 * nothing for a while. Never rejects, and nothing depends on it.
 */
export async function loadLibraryAhead(client: Client): Promise<void> {
  if (told.has(client)) return;
  told.add(client);
  try {
    await client.waitForWorkers(1, { timeout: PATIENCE });
    client.run(libraryAhead).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 0));
  } catch {
    // Then it is loaded with the first call.
  }
}
