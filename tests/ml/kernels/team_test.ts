import assert from "node:assert/strict";
import { endTeams, instantiate, KernelError, MOST_PARTS, Team } from "../../../ml/kernels/mod.ts";
import { TeamTable } from "../../../ml/kernels/team_table.ts";
import * as kmeans from "../../../ml/kernels/wasm/kmeans.ts";

// deno-lint-ignore no-explicit-any -- of a module
type Exports = Record<string, (...args: any[]) => any>;

/** Enough for as many threads as there are cores. */
const MUCH = 1e6;
const ROWS = 5000, COLUMNS = 7;

/** Column sums of parts of some rows, many times over. */
function sums(team: Team<Exports>, rounds: number): number[][] {
  const room = team.memory.allocate(8 * (ROWS * COLUMNS + MOST_PARTS * COLUMNS));
  assert.ok(room !== undefined);
  const at = room.pointer, out = at + 8 * ROWS * COLUMNS;
  const data = new Float64Array(team.memory.memory.buffer, at, ROWS * COLUMNS);
  for (let i = 0; i < data.length; i++) data[i] = Math.sin(i) * 10 ** (i % 9);
  const results: number[][] = [];
  for (let round = 0; round < rounds; round++) {
    const view = new Float64Array(team.memory.memory.buffer, out, MOST_PARTS * COLUMNS).fill(0);
    // Another number of parts each round: places in the table are used again.
    const parts = 1 + (round * 7) % MOST_PARTS;
    const rows = Math.ceil(ROWS / parts);
    let first = 0;
    for (let p = 0; first < ROWS; p++, first += rows) {
      team.add("columnSums", at + 8 * first * COLUMNS, Math.min(rows, ROWS - first), COLUMNS, out + 8 * p * COLUMNS);
    }
    team.finish();
    results.push([...view]);
  }
  room.free();
  return results;
}

Deno.test("Team.finish() comes to the same bits with threads and without", () => {
  try {
    using alone = Team.open<Exports>(kmeans, 0);
    const expected = sums(alone, 200);
    assert.ok(expected.every((r) => r.some((v) => v !== 0)));
    // The second team has the first one's threads and memory.
    for (let again = 0; again < 3; again++) {
      using team = Team.open<Exports>(kmeans, MUCH);
      assert.deepEqual(sums(team, 200), expected);
    }
  } finally {
    endTeams();
  }
});

Deno.test({
  name: "A team's threads perform parts while their caller does something else",
  ignore: navigator.hardwareConcurrency < 2,
  fn: async () => {
    try {
      using team = Team.open<Exports>(kmeans, MUCH);
      const room = team.memory.allocate(64);
      assert.ok(room !== undefined);
      const view = new Float64Array(team.memory.memory.buffer, room.pointer, 2);
      view.set([0, 5]);
      team.add("columnSums", room.pointer + 8, 1, 1, room.pointer);
      const end = performance.now() + 60_000;
      while (view[0] !== 5 && performance.now() < end) await new Promise((done) => setTimeout(done, 5));
      assert.equal(view[0], 5);
      team.finish();
      room.free();
    } finally {
      endTeams();
    }
  },
});

Deno.test("Team.open() gives two teams at once a memory each", () => {
  try {
    using a = Team.open<Exports>(kmeans, MUCH);
    using b = Team.open<Exports>(kmeans, MUCH);
    if (navigator.hardwareConcurrency > 1) assert.notEqual(a.memory, b.memory);
    assert.deepEqual(sums(a, 20), sums(b, 20));
  } finally {
    endTeams();
  }
});

Deno.test("Team.finish() says that a kernel failed, and the next piece of work is none the worse", () => {
  try {
    using team = Team.open<Exports>(kmeans, MUCH);
    const outside = 0xfff0_0000;
    for (let part = 0; part < 10; part++) team.add("columnSums", outside, 1000, COLUMNS, outside);
    assert.throws(() => team.finish(), KernelError);
    using alone = Team.open<Exports>(kmeans, 0);
    assert.deepEqual(sums(team, 5), sums(alone, 5));
  } finally {
    endTeams();
  }
});

Deno.test("Team.add() refuses what its table has no place for", () => {
  using team = Team.open<Exports>(kmeans, 0);
  assert.throws(() => team.add("unknown"), /no place for unknown\(\)/);
  assert.throws(() => team.add("columnSums", ...new Array(40).fill(0)), /40 arguments/);
});

/** A table over functions that need no memory. */
function tableOf(functions: Exports): TeamTable {
  return new TeamTable(functions);
}

Deno.test("TeamTable.perform() takes each part once, in order", () => {
  const seen: number[] = [];
  const table = tableOf({ square: (x: number) => (seen.push(x), x * x) });
  for (let round = 0; round < 5; round++) {
    for (let x = 0; x < MOST_PARTS; x++) table.add("square", [x]);
    assert.throws(() => table.add("square", [0]), RangeError);
    while (table.perform());
    assert.deepEqual([...table.finish() ?? []], Array.from({ length: MOST_PARTS }, (_, x) => x * x));
    assert.deepEqual(seen.splice(0), Array.from({ length: MOST_PARTS }, (_, x) => x));
  }
});

Deno.test("TeamTable.close() leaves parts that nobody has taken, and ends those who serve", () => {
  const seen: number[] = [];
  const functions = { note: (x: number) => (seen.push(x), x) };
  const table = tableOf(functions);
  table.add("note", [1]);
  table.add("note", [2]);
  assert.equal(table.perform(), true);
  table.close();
  assert.equal(table.perform(), false);
  // Who wakes too late finds it closed.
  new TeamTable(functions, table.buffer).serve();
  assert.deepEqual(seen, [1]);
});

Deno.test("A team's threads compute on the memory that grows while they are at work", () => {
  try {
    using team = Team.open<Exports>(kmeans, MUCH);
    const rooms = [];
    for (let grown = 0; grown < 5; grown++) {
      const room = team.memory.allocate(3 << 20);
      assert.ok(room !== undefined);
      rooms.push(room);
      const view = new Float64Array(team.memory.memory.buffer, room.pointer, MOST_PARTS).fill(0);
      const ones = new Float64Array(team.memory.memory.buffer, room.pointer + (1 << 20), MOST_PARTS).fill(1);
      for (let p = 0; p < MOST_PARTS; p++) {
        team.add("columnSums", ones.byteOffset + 8 * p, 1, 1, view.byteOffset + 8 * p);
      }
      team.finish();
      assert.deepEqual([...view], [...ones]);
    }
    for (const room of rooms) room.free();
  } finally {
    endTeams();
  }
});

Deno.test("instantiate() gives a team's thread and its caller the same functions in the same order", () => {
  using team = Team.open<Exports>(kmeans, 0);
  const other = instantiate({ relaxed: kmeans.relaxed, plain: kmeans.plain }, team.memory.memory);
  assert.deepEqual(Object.keys(other), Object.keys(team.exports));
});
