/**
 * An endpoint in a process of its own, for tests that kill it: listens (and dials, if told), answers every message with its header, and prints its
 * address, then a line for each up and down.
 *
 *     server_process.ts DRIVER BIND [DIAL]
 *
 * @module
 */

import { openEndpoint } from "../../transport/mod.ts";

const [driver, bind, dial] = Deno.args;
const endpoint = await openEndpoint({
  driver: driver as "ffi" | "napi",
  self: { role: "worker", name: "child", incarnation: String(Deno.pid) },
  heartbeat: { intervalMs: 100, timeoutMs: 1000 },
});
const say = (text: string): void => void Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
endpoint.receive((arrival) => {
  if (arrival.kind === "message") {
    if (arrival.message.header === "end") void endpoint.end();
    else if (arrival.message.header === "unref") endpoint.unref();
    else endpoint.send(arrival.peer, { header: ["heard", arrival.message.header], frames: arrival.message.frames });
  } else if (arrival.kind === "up" || arrival.kind === "down") say(`${arrival.kind} ${arrival.peer.name}`);
});
say(await endpoint.bind(bind));
if (dial !== undefined) endpoint.dial(dial);
