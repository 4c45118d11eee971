/**
 * Where an executor thread begins.
 *
 * @module
 */

import { openNative } from "./natives.ts";
import { guardThread } from "./thread_guard.ts";
import { type ThreadHost, ThreadLoop } from "./thread_loop.ts";
import type { ThreadInit, ToThread } from "./thread_messages.ts";

const scope = globalThis as unknown as {
  onmessage: ((e: MessageEvent<ToThread>) => void) | null;
  postMessage(message: unknown): void;
};

/** Makes this thread give way to the process's main thread, whose work is short. Linux keeps niceness for each thread. */
function giveWay(nice: number): void {
  if (nice === 0 || Deno.build.os !== "linux") return;
  try {
    const libc = Deno.dlopen("libc.so.6", {
      setpriority: { parameters: ["i32", "u32", "i32"], result: "i32" },
    });
    libc.symbols.setpriority(0, 0, nice);
  } catch {
    // Without FFI, threads are as important as anybody.
  }
}

/** What the thread has of the system: the signal that the main side waits for with its messages, or where there is no FFI, a message by its event loop. */
function hostOf({ signal }: ThreadInit): ThreadHost {
  try {
    const { symbols } = Deno.dlopen(signal.libc, {
      write: { parameters: ["i32", "buffer", "usize"], result: "i64" },
      sched_yield: { parameters: [], result: "i32" },
    });
    const one = new Uint8Array(new BigUint64Array([1n]).buffer);
    return { wake: () => void symbols.write(signal.descriptor, one, 8n), giveTurn: () => void symbols.sched_yield() };
  } catch {
    return { wake: () => scope.postMessage({ type: "wake" }), giveTurn: undefined };
  }
}

function begin(init: ThreadInit): void {
  giveWay(init.nice);
  const host = hostOf(init);
  for (const library of init.natives) {
    try {
      openNative(library);
    } catch (e) {
      // What computes faster with a library computes without it too.
      const text = `native library ${library.path} cannot be used: ${e instanceof Error ? e.message : e}`;
      scope.postMessage({ type: "log", key: "", level: "warn", text });
    }
  }
  // From here on nothing else can be opened. What was opened keeps working.
  Deno.permissions.revokeSync({ name: "ffi" });
  guardThread();
  const loop = new ThreadLoop(init, (message) => scope.postMessage(message), host);
  scope.onmessage = (e) => loop.message(e.data);
  scope.postMessage({ type: "ready" });
  loop.pump();
}

scope.onmessage = (e) => {
  // The first message is this one; by the next, begin() has put the loop's own handler here.
  if (e.data.type === "init") begin(e.data);
};
