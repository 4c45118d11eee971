import assert from "node:assert/strict";
import { type TaskSpec, type WorkerEvent, type WorkerInstruction, WorkerMachine } from "../../../actors/worker/mod.ts";

type Plain = WorkerEvent extends infer E ? E extends WorkerEvent ? Omit<E, "now"> : never : never;

const SPEC: Omit<TaskSpec, "key"> = {
  attempt: 1,
  fn: "lib:f",
  kind: "task",
  args: new Uint8Array(0),
  deps: [],
  priority: 0,
  tag: 0,
  duration: 5,
  timeout: null,
};

const dos = (out: readonly WorkerInstruction[]): string[] => out.map((i) => "key" in i ? `${i.do} ${i.key}` : i.do);
const tickets = (out: readonly WorkerInstruction[]): number[] => out.flatMap((i) => i.do === "start" ? [i.ticket] : []);

Deno.test("WorkerMachine remembers of small results at rest what it would of others", () => {
  const machine = new WorkerMachine({ name: "w", threads: 2, memoryLimit: 1e9 });
  const tell = (event: Plain): WorkerInstruction[] => {
    const out = machine.handle({ now: 0, ...event } as WorkerEvent);
    machine.validate();
    return out;
  };
  const run = (key: string, more: Partial<TaskSpec> = {}): WorkerInstruction[] =>
    tell({ type: "run", tasks: [{ ...SPEC, key, ...more }], holders: [] });
  tell({ type: "connected" });
  for (const key of ["small", "large"]) {
    const nbytes = key === "small" ? 9 : 1e6;
    tell({ type: "finished", ticket: tickets(run(key))[0], nbytes, spent: 1 });
  }
  const known = [...machine.values()].map(({ key, nbytes, state, keep }) => ({ key, nbytes, state, keep }));
  assert.deepEqual(known, [
    { key: "small", nbytes: 9, state: "held", keep: true },
    { key: "large", nbytes: 1e6, state: "held", keep: true },
  ]);
  tell({ type: "disconnected" });
  const join = tell({ type: "connected" }).find((i) => i.do === "join")!;
  assert.deepEqual([join.held, join.heldBytes], [["small", "large"], [9, 1e6]]);
  // Given once more, read, and dropped while it is read.
  assert.deepEqual(dos(run("small", { attempt: 2 })), ["finished small"]);
  const [reader] = tickets(run("r", { deps: ["small", "large"] }));
  assert.equal(machine.value("small")!.users, 1);
  tell({ type: "drop", keys: ["large"] });
  assert.deepEqual(dos(tell({ type: "finished", ticket: reader, nbytes: 1, spent: 1 })), [
    "forget large",
    "finished r",
  ]);
  assert.deepEqual(dos(tell({ type: "drop", keys: ["small", "r", "nothing"] })), ["forget small", "forget r"]);
  assert.deepEqual([...machine.values()], []);
});
