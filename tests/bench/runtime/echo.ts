/**
 * What libzmq alone takes on this machine: 100 bytes there and back between two processes that wait on their one thread, with nothing of ours
 * between. No call from process to process over it can be faster.
 *
 *     deno run -A tests/bench/runtime/echo.ts
 */

import { SocketType } from "../../../transport/zmq/constants.ts";
import { FfiSocket } from "../../../transport/zmq/ffi_socket.ts";
import { openLibrary, type ZmqLibrary } from "../../../transport/zmq/library.ts";

const BYTES = 100;

/** Waits for a message; gives its size. */
function receiver(library: ZmqLibrary, socket: FfiSocket): () => number {
  const message = new Uint8Array(new ArrayBuffer(64));
  library.zmq.zmq_msg_init(message);
  return () => library.zmq.zmq_msg_recv(message, socket.pointer, 0);
}

/** Milliseconds of `n` round trips, each. */
export async function echo(n: number): Promise<number[]> {
  const directory = await Deno.makeTempDir({ prefix: "troupe-echo-" });
  const address = `ipc://${directory}/socket`;
  const library = openLibrary();
  const socket = new FfiSocket(library, SocketType.pair);
  if (!socket.bind(address)) throw new Error(`cannot listen at ${address}`);
  const args = ["run", "-A", "--quiet", new URL(import.meta.url).pathname, address];
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "null" }).spawn();
  try {
    const send = (bytes: Uint8Array<ArrayBuffer>): number =>
      library.zmq.zmq_send(socket.pointer, bytes, BigInt(bytes.length), 0);
    const receive = receiver(library, socket);
    const bytes = new Uint8Array(BYTES);
    const times: number[] = [];
    for (let i = 0; i < n + 200; i++) {
      const start = performance.now();
      send(bytes);
      if (receive() !== BYTES) throw new Error("the echo is another");
      if (i >= 200) times.push(performance.now() - start);
    }
    send(new Uint8Array(0));
    await child.status;
    return times;
  } finally {
    socket.close(0);
    await Deno.remove(directory, { recursive: true });
  }
}

function serve(address: string): void {
  const library = openLibrary();
  const socket = new FfiSocket(library, SocketType.pair);
  socket.connect(address);
  const receive = receiver(library, socket);
  const bytes = new Uint8Array(BYTES);
  while (receive() > 0) library.zmq.zmq_send(socket.pointer, bytes, BigInt(BYTES), 0);
  socket.close(0);
}

if (import.meta.main) {
  if (Deno.args.length > 0) serve(Deno.args[0]);
  else {
    const times = (await echo(5000)).sort((a, b) => a - b);
    const [p10, p50, p90] = [0.1, 0.5, 0.9].map((q) => (1000 * times[Math.floor(q * times.length)]).toFixed(0));
    console.log(`${BYTES} bytes there and back over ipc: p10 ${p10} us, p50 ${p50} us, p90 ${p90} us`);
  }
}
