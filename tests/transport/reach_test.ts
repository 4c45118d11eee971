import assert from "node:assert/strict";
import { type Arrival, type Envelope, type Peer, VirtualClock } from "../../transport/mod.ts";
import type { Reach, Whereabouts } from "../../transport/reach.ts";
import { SessionEndpoint } from "../../transport/session.ts";
import { greeting, HandDriver } from "./hand_driver.ts";

const memory: Whereabouts = { pid: 7, at: 100, token: new Uint8Array(16).fill(3) };
const MANY = 5_000_000;

/** Memory of other processes, as the test has made it. */
class HandReach implements Reach {
  readonly own: Whereabouts = { pid: 1, at: 50, token: new Uint8Array(16).fill(1) };
  /** What process 7 has, by address. */
  readonly there = new Map<number, Uint8Array>();
  readonly steps: (() => boolean)[] = [];
  finds(other: Whereabouts): boolean {
    return other.pid === 7 && this.there.get(other.at)?.every((byte, i) => byte === other.token[i]) === true;
  }
  addressOf(bytes: Uint8Array): number {
    return 1000 + bytes.byteLength;
  }
  read(pid: number, address: number, into: Uint8Array): boolean {
    for (const [at, bytes] of this.there) {
      if (pid !== 7 || address < at || address + into.byteLength > at + bytes.byteLength) continue;
      into.set(bytes.subarray(address - at, address - at + into.byteLength));
      return true;
    }
    return false;
  }
  eachTurn(step: () => boolean): void {
    this.steps.push(step);
  }
  run(): void {
    for (const step of this.steps.splice(0)) while (step());
  }
}

function setUp({ found = true } = {}) {
  const clock = new VirtualClock();
  const driver = new HandDriver();
  const reach = new HandReach();
  driver.memory = reach;
  if (found) reach.there.set(memory.at, memory.token);
  const endpoint = new SessionEndpoint({ self: { role: "client", name: "c", incarnation: "1" }, driver, clock });
  const arrivals: Arrival[] = [];
  endpoint.receive((arrival) => arrivals.push(arrival));
  endpoint.dial("memory://hand");
  driver.events.opened(1);
  const said = (): Envelope[] => driver.sent.splice(0).map((s) => s.envelope);
  const hello = said()[0];
  driver.say(1, { kind: "welcome", greeting: { ...greeting, memory } });
  const peer: Peer = endpoint.peers[0];
  return { clock, driver, reach, endpoint, arrivals, said, hello, peer };
}

Deno.test("SessionEndpoint says where its memory is, and reads a large message where it lies", () => {
  const { driver, reach, arrivals, said, hello } = setUp();
  assert.deepEqual((hello as Extract<Envelope, { greeting: unknown }>).greeting.memory, reach.own);
  const far = new Uint8Array(2 * MANY).map((_, i) => i >> 3);
  reach.there.set(4096, far);
  driver.say(1, { kind: "open", id: 0, header: "large", sizes: [MANY, 0, MANY - 8] });
  assert.deepEqual(said(), [{ kind: "reach", id: 0 }]);
  driver.say(1, { kind: "place", id: 0, addresses: [4096, 0, 4096 + MANY] });
  reach.run();
  assert.deepEqual(said(), [{ kind: "credit", id: 0, taken: 2 * MANY - 8 }]);
  const last = arrivals.at(-1) as Extract<Arrival, { kind: "message" }>;
  assert.equal(last.message.header, "large");
  assert.deepEqual(last.message.frames, [far.slice(0, MANY), new Uint8Array(0), far.slice(MANY, 2 * MANY - 8)]);
});

Deno.test("SessionEndpoint has chunks sent when the other process is not found, and for many small frames", () => {
  const lost = setUp({ found: false });
  lost.driver.say(1, { kind: "open", id: 0, header: null, sizes: [MANY] });
  assert.deepEqual(lost.said(), [{ kind: "credit", id: 0, taken: 0 }]);
  const { driver, said } = setUp();
  driver.say(1, { kind: "open", id: 0, header: null, sizes: new Array(1000).fill(5000) });
  assert.deepEqual(said(), [{ kind: "credit", id: 0, taken: 0 }]);
});

Deno.test("SessionEndpoint.send() keeps what follows back until a large message has been read, but for large ones", () => {
  const { clock, driver, endpoint, said, peer } = setUp();
  const released: number[] = [];
  for (const id of [0, 1]) {
    endpoint.send(peer, { header: id, frames: [new Uint8Array(MANY)], released: () => released.push(id) });
  }
  endpoint.send(peer, { header: "small", frames: [] });
  clock.settle();
  assert.deepEqual(said().map((e) => e.kind), ["open", "open"]);
  driver.say(1, { kind: "reach", id: 0 });
  driver.say(1, { kind: "reach", id: 1 });
  assert.deepEqual(said(), [0, 1].map((id) => ({ kind: "place", id, addresses: [1000 + MANY] })));
  endpoint.send(peer, { header: "later", frames: [] });
  endpoint.send(peer, { header: "urgent", frames: [], urgent: true });
  clock.settle();
  assert.deepEqual(said(), [{ kind: "batch", headers: ["urgent"], counts: [] }]);
  driver.say(1, { kind: "credit", id: 0, taken: MANY });
  assert.deepEqual([said(), released], [[], [0]]);
  driver.say(1, { kind: "credit", id: 1, taken: MANY });
  assert.deepEqual([said(), released], [[{ kind: "batch", headers: ["small", "later"], counts: [] }], [0, 1]]);
  assert.equal(peer.backlog, 0);
});

Deno.test("SessionEndpoint ends a session whose other process is another by now, and gives nothing of it", () => {
  for (const gone of ["unreadable", "another"]) {
    const { driver, reach, arrivals, said } = setUp();
    reach.there.set(4096, new Uint8Array(MANY));
    driver.say(1, { kind: "open", id: 0, header: null, sizes: [MANY] });
    driver.say(1, { kind: "place", id: 0, addresses: [4096] });
    if (gone === "another") reach.there.set(memory.at, new Uint8Array(16));
    else reach.there.delete(4096);
    reach.run();
    assert.equal(said().at(-1)?.kind, "bye");
    assert.deepEqual(arrivals.map((a) => a.kind), ["up", "down"]);
  }
});

Deno.test("SessionEndpoint answers places and reaches that nobody waits for with an error", () => {
  const { driver, said } = setUp();
  const wrong: Envelope[] = [{ kind: "place", id: 0, addresses: [1] }, { kind: "reach", id: 0 }];
  for (const envelope of wrong) {
    driver.say(1, envelope);
    assert.equal(said().at(-1)?.kind, "error");
  }
  driver.say(1, { kind: "open", id: 0, header: null, sizes: [MANY] });
  driver.say(1, { kind: "place", id: 0, addresses: [1, 2] });
  assert.equal(said().at(-1)?.kind, "error");
});
