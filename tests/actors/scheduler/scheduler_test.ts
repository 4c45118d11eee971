import assert from "node:assert/strict";
import { type Arrival, MemoryNetwork, type Role, VirtualClock } from "../../../transport/mod.ts";
import { seededRandom } from "../../../actors/core/mod.ts";
import { Scheduler } from "../../../actors/scheduler/mod.ts";
import {
  clientToScheduler,
  codec,
  schedulerToClient,
  schedulerToWorker,
  workerToScheduler,
} from "../../../actors/protocol/mod.ts";
import { fromBlob, unpack } from "../../../actors/values/mod.ts";
import { columns } from "./harness.ts";

const none: Uint8Array[] = [];
const says = { client: codec(clientToScheduler), worker: codec(workerToScheduler) };
const hears = { client: codec(schedulerToClient), worker: codec(schedulerToWorker) };

/** A scheduler on a network in memory, in virtual time, and ends that dial it. */
class Town {
  readonly clock = new VirtualClock();
  readonly network = new MemoryNetwork({ clock: this.clock });
  readonly scheduler: Scheduler;

  constructor() {
    const endpoint = this.network.endpoint({ self: { role: "scheduler", name: "s", incarnation: "s1" } });
    this.scheduler = new Scheduler({ endpoint, clock: this.clock, random: seededRandom(1) });
    void endpoint.bind("memory://s");
  }

  end(role: Role, name: string) {
    const endpoint = this.network.endpoint({ self: { role, name, incarnation: "1" } });
    const heard: Arrival[] = [];
    endpoint.receive((a) => heard.push(a));
    endpoint.dial("memory://s");
    this.clock.advance(5);
    const { scheduler, clock } = this;
    return {
      endpoint,
      heard,
      send(header: unknown, frames: readonly Uint8Array[] = none): void {
        const up = heard.findLast((a) => a.kind === "up");
        assert.ok(up?.kind === "up");
        endpoint.send(up.peer, { header: header as never, frames });
        clock.advance(5);
        scheduler.validate();
      },
      // deno-lint-ignore no-explicit-any
      say(m: any): void {
        const { header, frames } = says[role as "client"].write(m);
        this.send(header, frames);
      },
      // deno-lint-ignore no-explicit-any
      told(type: string): any[] {
        const messages = heard.filter((a) => a.kind === "message").map((a) => hears[role as "client"].read(a.message));
        return messages.filter((m) => m.type === type as never);
      },
    };
  }
}

const resume = { type: "resume", ...columns([]), wants: [], scattered: [], workers: [] };
const join = {
  type: "join",
  address: "memory://w",
  threads: 1,
  memoryLimit: 1e9,
  process: null,
  resources: {},
  host: "h",
  pid: 1,
  before: "",
  held: [],
  heldBytes: new Float64Array(0),
  pinned: [],
  tasks: [],
  attempts: new Float64Array(0),
  actors: [],
  codes: [],
  frames: none,
};

Deno.test("Scheduler carries a task from a client to a worker and back, over an endpoint", () => {
  const town = new Town();
  const c = town.end("client", "c"), w = town.end("worker", "w");
  c.say(resume);
  w.say(join);
  assert.equal(c.told("welcome")[0].incarnation, "s1");
  c.say({ type: "submit", ...columns([{ key: "a", args: Uint8Array.of(1, 2) }]) });
  const [run] = w.told("run");
  assert.deepEqual([run.keys, [...run.frames[0]]], [["a"], [1, 2]]);
  w.say({
    type: "finished",
    keys: ["a"],
    attempts: run.attempts,
    nbytes: Float64Array.of(2),
    spent: Float64Array.of(1),
    inline: Uint32Array.of(3),
    frames: [Uint8Array.of(7, 8)],
  });
  assert.deepEqual([...c.told("done")[0].frames[0]], [7, 8]);
});

Deno.test("Scheduler counts what is no message, and goes on", () => {
  const town = new Town();
  const c = town.end("client", "c");
  c.say(resume);
  for (const header of [null, "x", [999], [2], [3, 5], [8, 1, 2, 3], [3, "k", "too many"], { a: 1 }]) c.send(header);
  assert.equal(town.scheduler.protocolErrors, 8);
  c.say({ type: "ask", n: 4, what: "info", args: null, frames: none });
  assert.equal(c.told("answer")[0].ok, true);
});

Deno.test("Scheduler refuses other schedulers, and sessions that do not begin with all there is to say", () => {
  const town = new Town();
  const s = town.end("scheduler", "t");
  assert.ok(s.heard.some((a) => a.kind === "down" && /not with a scheduler/.test(a.reason)), JSON.stringify(s.heard));
  const c = town.end("client", "c");
  c.say({ type: "want", keys: ["a"], frames: none });
  assert.ok(c.heard.some((a) => a.kind === "down" && /expected resume first, got want/.test(a.reason)));
});

Deno.test("Scheduler packs its own errors so that they can be unpacked", () => {
  const town = new Town();
  const c = town.end("client", "c");
  c.say(resume);
  c.say({ type: "submit", ...columns([{ key: "a", deps: ["b"] }, { key: "b", deps: ["a"] }]) });
  const error = unpack(fromBlob(c.told("failed")[0].frames[0])) as Error;
  assert.equal(error.name, "CycleError");
  assert.match(error.message, /these tasks wait for each other/);
});

Deno.test("Scheduler wakes up by its clock: a client that stays away is forgotten", () => {
  const town = new Town();
  const c = town.end("client", "c"), w = town.end("worker", "w");
  c.say(resume);
  w.say(join);
  c.say({ type: "submit", ...columns([{ key: "a" }]) });
  c.endpoint.hangUp("memory://s");
  town.clock.advance(4000);
  assert.equal(w.told("cancel").length, 0);
  town.clock.advance(2000);
  assert.deepEqual(w.told("cancel")[0].keys, ["a"]);
});

Deno.test("Scheduler.close() tells workers and clients, once", () => {
  const town = new Town();
  const c = town.end("client", "c"), w = town.end("worker", "w");
  c.say(resume);
  w.say(join);
  town.scheduler.close("SIGTERM", true);
  town.scheduler.close("again", true);
  town.clock.advance(5);
  assert.deepEqual([c.told("closing").length, w.told("closing")[0].final], [1, true]);
});
