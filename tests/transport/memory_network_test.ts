import assert from "node:assert/strict";
import fc from "fast-check";
import { type Arrival, MemoryNetwork, type SessionEndpoint, VirtualClock } from "../../transport/mod.ts";
import { seeded } from "../fuzz/engine.ts";

interface World {
  clock: VirtualClock;
  network: MemoryNetwork;
  log: string[];
  open(name: string, bind?: boolean): SessionEndpoint;
}

function world(seed: number, delay = { min: 0.1, max: 5 }): World {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seeded(seed), delay });
  const log: string[] = [];
  let incarnations = 0;
  return {
    clock,
    network,
    log,
    open(name, bind = false) {
      const endpoint = network.endpoint({ self: { role: "client", name, incarnation: String(++incarnations) } });
      endpoint.receive((arrival: Arrival) => {
        const what = arrival.kind === "message"
          ? JSON.stringify(arrival.message.header)
          : arrival.kind === "refused"
          ? arrival.cause
          : "";
        log.push(
          `${clock.now().toFixed(3)} ${name} ${arrival.kind} ${"peer" in arrival ? arrival.peer.name : ""} ${what}`
            .trim(),
        );
        if (arrival.kind === "up" && arrival.peer.address !== "") {
          for (let i = 0; i < 5; i++) endpoint.send(arrival.peer, { header: [name, i], frames: [] });
        }
      });
      if (bind) void endpoint.bind(`memory://${name}`);
      return endpoint;
    },
  };
}

/** A life of cuts, crashes and messages, all from one seed. */
function life(seed: number): string[] {
  const { clock, network, log, open } = world(seed);
  const random = seeded(seed + 1);
  open("hub", true);
  const spokes = Array.from({ length: 5 }, (_, i) => open(`n${i}`));
  for (const spoke of spokes) spoke.dial("memory://hub");
  for (let step = 0; step < 40; step++) {
    const i = Math.floor(random() * spokes.length);
    const draw = random();
    if (draw < 0.2) network.cut(`n${i}`, "hub");
    else if (draw < 0.5) network.heal(`n${i}`, "hub");
    else if (draw < 0.6) {
      network.crash(spokes[i]);
      spokes[i] = open(`n${i}`);
      spokes[i].dial("memory://hub");
    } else for (const peer of spokes[i].peers) spokes[i].send(peer, { header: [`n${i}`, "step", step], frames: [] });
    clock.advance(random() * 20);
  }
  network.healAll();
  clock.advance(10_000);
  assert.equal(
    spokes.every((spoke) => spoke.peers.length === 1),
    true,
    `seed ${seed}: all are connected again at the end`,
  );
  return log;
}

Deno.test("MemoryNetwork runs the same way again from the same seed, and another way from another", () => {
  for (let seed = 1; seed <= 20; seed++) assert.deepEqual(life(seed), life(seed), `seed ${seed}`);
  assert.notDeepEqual(life(1), life(2));
});

Deno.test("MemoryNetwork keeps the order within a session, and not between senders", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
      const { clock, log, open } = world(seed);
      open("hub", true);
      for (const name of ["a", "b", "c"]) open(name).dial("memory://hub");
      clock.advance(3000);
      for (const name of ["a", "b", "c"]) {
        const own = log.filter((line) => line.includes(` hub message ${name} `)).map((line) => line.split(" ").at(-1));
        assert.deepEqual(own, [0, 1, 2, 3, 4].map((i) => JSON.stringify([name, i])));
      }
    }),
    { numRuns: 50 },
  );
  const orders = new Set<string>();
  for (let seed = 0; seed < 30; seed++) {
    const { clock, log, open } = world(seed);
    open("hub", true);
    for (const name of ["a", "b", "c"]) open(name).dial("memory://hub");
    clock.advance(3000);
    orders.add(log.filter((line) => line.includes(" hub message ")).map((line) => line.split(" ")[3]).join(""));
  }
  assert.equal(orders.size > 5, true, `${orders.size} different orders in 30 seeds`);
});

Deno.test("MemoryNetwork.cut() is a down on both sides, and heal() an up of new peers", () => {
  const { clock, network, log, open } = world(7);
  const hub = open("hub", true);
  const n = open("n");
  n.dial("memory://hub");
  clock.advance(100);
  const [before] = hub.peers;
  log.length = 0;
  network.cut("hub", "n");
  clock.advance(5000);
  assert.deepEqual(log.map((line) => line.split(" ").slice(1, 4).join(" ")).toSorted(), ["hub down n", "n down hub"]);
  network.heal("n", "hub");
  clock.advance(5000);
  const [after] = hub.peers;
  assert.notEqual(after.id, before.id);
  assert.equal(after.incarnation, before.incarnation);
});

Deno.test("MemoryNetwork.crash() frees the address and is a down for the others only", async () => {
  const { clock, network, log, open } = world(8);
  const hub = open("hub", true);
  const n = open("n");
  n.dial("memory://hub");
  clock.advance(100);
  log.length = 0;
  network.crash(hub);
  clock.advance(1000);
  assert.deepEqual(log.map((line) => line.split(" ").slice(1, 4).join(" ")), ["n down hub"]);
  const next = network.endpoint({ self: { role: "scheduler", name: "hub", incarnation: "again" } });
  await next.bind("memory://hub");
  clock.advance(5000);
  assert.equal(n.peers[0].incarnation, "again");
});

Deno.test("SessionEndpoint.dial() says once that nobody answers, and goes on", async () => {
  const { clock, network, log, open } = world(9);
  const n = open("n");
  n.dial("memory://nobody");
  clock.advance(2999);
  assert.equal(log.length, 0);
  clock.advance(60_000);
  assert.equal(log.join(), "3000.000 n refused  unanswered");
  const late = network.endpoint({ self: { role: "client", name: "late", incarnation: "1" } });
  await late.bind("memory://nobody");
  clock.advance(5000);
  assert.equal(n.peers[0].name, "late");
  assert.equal(log.filter((line) => line.includes("refused")).length, 1);
});

Deno.test("SessionEndpoint.send() delivers in virtual time without a single promise", () => {
  const { clock, log, open } = world(10, { min: 0, max: 0 });
  open("hub", true);
  open("n").dial("memory://hub");
  clock.runUntilIdle();
  assert.equal(log.filter((line) => line.includes("hub message n")).length, 5);
});

Deno.test("SessionEndpoint.close() that is told to a peer without an answer ends by itself", () => {
  const { clock, network, log, open } = world(11);
  const hub = open("hub", true);
  const n = open("n");
  n.dial("memory://hub");
  clock.advance(100);
  log.length = 0;
  n.close(n.peers[0], "bye");
  network.crash(hub);
  clock.advance(20_000);
  assert.deepEqual(log.map((line) => line.split(" ").slice(1, 4).join(" ")), ["n down hub"]);
});

Deno.test("MemoryNetwork.hold() keeps what is sent in one direction, in order, until flow()", () => {
  const { clock, network, log, open } = world(12);
  const hub = open("hub", true);
  const n = open("n");
  n.dial("memory://hub");
  clock.advance(100);
  log.length = 0;
  network.hold("n", "hub");
  for (const i of [1, 2]) n.send(n.peers[0], { header: i, frames: [] });
  hub.send(hub.peers[0], { header: "hears", frames: [] });
  // Who comes now does not get through to the session.
  const late = open("late");
  network.hold("hub", "late");
  late.dial("memory://hub");
  clock.advance(1000);
  assert.deepEqual(log.map((line) => line.split(" ").slice(1).join(" ")), ['n message hub "hears"']);
  log.length = 0;
  network.flow("n", "hub");
  network.healAll();
  clock.advance(5000);
  assert.deepEqual(
    log.filter((line) => line.includes("hub message n")).map((line) => line.split(" ").at(-1)),
    ["1", "2"],
  );
  assert.equal(late.peers.length, 1);
});
