import assert from "node:assert/strict";
import { ExecutorThread } from "../../../actors/worker/executor_thread.ts";
import { SharedQueue, Word } from "../../../actors/worker/shared_queue.ts";
import { In } from "../../../actors/worker/thread_records.ts";

/** A thread that does nothing: what it would read stays in its inbox, and the test reads it. */
function idleThread(queue: SharedQueue): ExecutorThread {
  return new ExecutorThread({
    init: {
      thread: 0,
      role: "tasks",
      worker: "w",
      scheduler: "s",
      nice: 0,
      signal: { libc: "", descriptor: 0 },
      natives: [],
    },
    queue,
    arenas: [],
    sandbox: {},
    entry: "data:text/javascript,onmessage = () => {};",
    message: () => {},
    died: (reason) => assert.fail(reason),
  });
}

Deno.test("ExecutorThread.put() and continue() do not miss the room that is made while they say that they wait for it", () => {
  const queue = SharedQueue.create();
  const thread = idleThread(queue);
  try {
    const { inbox } = thread.line;
    const size = inbox.largest;
    const write = (): number => size;
    const wants = SharedQueue.word(0, Word.wants);
    let read = 0, told = 0;
    /** What a thread does: it reads all there is, and tells who waits for room. */
    const drain = (): void => {
      const n = inbox.drain(256, () => {});
      read += n;
      if (n > 0 && Atomics.exchange(queue.words, wants, 0) === 1) told++;
    };
    // The other thread reads just after this one has found no room.
    const begin = inbox.begin.bind(inbox);
    let refused = 0;
    inbox.begin = (n) => {
      const at = begin(n);
      if (at < 0) {
        refused++;
        drain();
      }
      return at;
    };
    const PUT = 40;
    for (let i = 0; i < PUT; i++) {
      thread.put(In.cancel, size, write);
      while (told > 0) {
        told--;
        thread.continue();
      }
    }
    drain();
    assert.equal(read, PUT);
    assert(refused > 2, "the inbox was full now and then");
  } finally {
    thread.terminate();
  }
});
