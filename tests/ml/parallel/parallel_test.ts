import assert from "node:assert/strict";
import {
  CallTimeoutError,
  delayed,
  type DelayedCall,
  FailedCallError,
  Parallel,
  type ParallelBackend,
} from "../../../ml/parallel/mod.ts";
import { HandBackend, HandClock, settle, SoonBackend } from "./helpers.ts";

const square = (x: number): number => x * x;
const squares = (n: number): DelayedCall<number>[] => Array.from({ length: n }, (_, i) => delayed(square)(i));
const expected = (n: number): number[] => Array.from({ length: n }, (_, i) => i * i);

Deno.test("delayed() keeps function and arguments, and their types", async () => {
  const call: DelayedCall<string> = delayed((a: number, b: string) => Promise.resolve(b.repeat(a)))(2, "ab");
  assert.deepEqual(call.args, [2, "ab"]);
  assert.equal(await call.run(), "abab");
  // @ts-expect-error a number is not a string
  delayed((b: string) => b)(1);
  // @ts-expect-error not a function
  assert.throws(() => delayed(3), /delayed: expected a function, got number/);
});

Deno.test("Parallel.run() gives results in order, with one job and with many", async () => {
  assert.deepEqual(await new Parallel().run(squares(20)), expected(20));
  assert.deepEqual(await new Parallel({ backend: "sequential", nJobs: -1 }).run(squares(20)), expected(20));
  assert.deepEqual(await new Parallel({ backend: new SoonBackend(), nJobs: 3 }).run(squares(50)), expected(50));
  assert.deepEqual(
    await new Parallel({ backend: new SoonBackend(), nJobs: 3, batchSize: 7 }).run(squares(50)),
    expected(50),
  );
  assert.deepEqual(await new Parallel({ backend: new SoonBackend(), nJobs: 2 }).run([]), []);
});

Deno.test("Parallel.run() puts results in order that came in another", async () => {
  const backend = new HandBackend();
  const results = new Parallel({ backend, nJobs: 2, preDispatch: "all" }).run(squares(4));
  await settle();
  for (const i of [2, 0, 3, 1]) await backend.handed[i].finish();
  assert.deepEqual(await results, expected(4));
  assert.equal(backend.begun.length, 1);
  assert.deepEqual(backend.ended, backend.begun);
});

Deno.test("Parallel.run() reads calls only as far as preDispatch lets it", async () => {
  for (const kind of ["iterable", "async iterable"]) {
    let read = 0;
    const lazily = function* () {
      while (read < 100) yield delayed(square)(read++);
    };
    const lazilyAsync = async function* () {
      yield* lazily();
    };
    const backend = new HandBackend();
    const results = new Parallel({ backend, nJobs: 3 }).run(kind === "iterable" ? lazily() : lazilyAsync());
    await settle();
    assert.equal(read, 6, kind);
    await backend.handed[0].finish();
    await settle();
    assert.equal(read, 7, kind);
    for (let i = 1; i < 100; i++) {
      while (backend.handed.length <= i) await settle();
      await backend.handed[i].finish();
    }
    assert.deepEqual(await results, expected(100), kind);
  }
});

Deno.test("Parallel.run() sends batches of the size asked for", async () => {
  const backend = new SoonBackend();
  await new Parallel({ backend, nJobs: 2, batchSize: 4 }).run(squares(10));
  assert.deepEqual(backend.handed.map((h) => h.calls.length), [4, 4, 2]);
});

Deno.test("Parallel.run() throws what a call threw, says which, and calls off the rest", async () => {
  const backend = new HandBackend();
  const results = new Parallel({ backend, nJobs: 2, preDispatch: "all" }).run(squares(4));
  await settle();
  await backend.handed[0].finish();
  backend.handed[2].fail(new RangeError("bad"));
  await assert.rejects(results, (e: RangeError & { callIndex: number }) => {
    assert(e instanceof RangeError);
    assert.equal(e.message, "bad");
    assert.equal(e.callIndex, 2);
    return true;
  });
  assert.deepEqual(backend.handed.map((h) => h.cancelled), [false, true, true, true]);
  assert.equal(backend.ended.length, 1);
});

Deno.test("Parallel.run() throws what a call threw also where the backend cannot give up the rest", async () => {
  const backend = new HandBackend();
  const stubborn: ParallelBackend = {
    effectiveNJobs: () => 2,
    submit: (calls) => ({
      results: backend.submit(calls).results,
      cancel() {
        throw new Error("cannot");
      },
    }),
  };
  const run = new Parallel({ nJobs: 2, backend: stubborn }).run([1, 2, 3].map((x) => delayed(Math.sqrt)(x)));
  const thrown = assert.rejects(run, /the call's own/);
  await settle();
  backend.handed[0].fail(new RangeError("the call's own"));
  await thrown;
});

Deno.test("Parallel.run() counts a failed call inside its batch", async () => {
  const backend = new HandBackend();
  const results = new Parallel({ backend, nJobs: 2, batchSize: 3 }).run(squares(9));
  await settle();
  backend.handed[1].fail(new FailedCallError(2, new TypeError("inner")));
  await assert.rejects(results, (e: TypeError & { callIndex: number }) => {
    assert.deepEqual([e.constructor, e.message, e.callIndex], [TypeError, "inner", 5]);
    return true;
  });
});

Deno.test("Parallel.run() wraps what is thrown and is no error", async () => {
  const boo = () => {
    throw "boo";
  };
  await assert.rejects(new Parallel().run([delayed(square)(1), delayed(boo)()]), (e: FailedCallError) => {
    assert.deepEqual([e.constructor, e.callIndex, e.cause], [FailedCallError, 1, "boo"]);
    return true;
  });
});

Deno.test("Parallel.run() throws what the source of calls threw", async () => {
  function* source() {
    yield delayed(square)(1);
    throw new RangeError("source");
  }
  const backend = new HandBackend();
  await assert.rejects(new Parallel({ backend, nJobs: 2 }).run(source()), /RangeError: source/);
  assert.equal(backend.handed[0].cancelled, true);
  await assert.rejects(new Parallel().run(source()), /RangeError: source/);
});

Deno.test("Parallel.run() names what is no call", async () => {
  for (const backend of [null, new SoonBackend()]) {
    const parallel = new Parallel({ backend, nJobs: backend === null ? 1 : 2 });
    // @ts-expect-error a number is no call
    await assert.rejects(parallel.run([delayed(square)(1), 3]), /calls\[1\]: expected a call made by delayed/);
    // @ts-expect-error nor a list of calls
    await assert.rejects(parallel.run(3), /calls: expected an array, an iterable or an async iterable, got number/);
  }
});

Deno.test("Parallel.run() gives up on a call that takes longer than its timeout", async () => {
  const backend = new HandBackend();
  const clock = new HandClock();
  const results = new Parallel({ backend, nJobs: 2, timeout: 100, clock }).run(squares(8));
  const outcome = assert.rejects(results, (e: CallTimeoutError) => {
    assert(e instanceof CallTimeoutError);
    assert.match(e.message, /call 1 did not finish within 100 ms/);
    assert.equal(e.callIndex, 1);
    return true;
  });
  await settle();
  clock.advance(99);
  await backend.handed[0].finish();
  await settle();
  clock.advance(99);
  await backend.handed[2].finish();
  await settle();
  assert.equal(backend.handed[1].cancelled, false);
  clock.advance(1);
  await outcome;
  assert.equal(backend.handed[1].cancelled, true);
  assert.equal(clock.pending, 0);
});

Deno.test("Parallel.stream() hands out results in order as they come, or as they finish", async () => {
  for (const ordered of [true, false]) {
    const backend = new HandBackend();
    const stream = new Parallel({ backend, nJobs: 4 }).stream(squares(4), { ordered });
    const seen: number[] = [];
    const reading = (async () => {
      for await (const value of stream) seen.push(value);
    })();
    await settle();
    await backend.handed[1].finish();
    await settle();
    assert.deepEqual(seen, ordered ? [] : [1]);
    await backend.handed[0].finish();
    await settle();
    assert.deepEqual(seen, ordered ? [0, 1] : [1, 0]);
    await backend.handed[3].finish();
    await backend.handed[2].finish();
    await reading;
    assert.deepEqual(seen, ordered ? [0, 1, 4, 9] : [1, 0, 9, 4]);
  }
});

Deno.test("Parallel.stream() calls off the rest when its reader leaves", async () => {
  const backend = new HandBackend();
  let closed = false;
  function* endless() {
    try {
      for (let i = 0;; i++) yield delayed(square)(i);
    } finally {
      closed = true;
    }
  }
  const stream = new Parallel({ backend, nJobs: 2 }).stream(endless());
  await settle();
  await backend.handed[0].finish();
  for await (const value of stream) {
    assert.equal(value, 0);
    break;
  }
  assert.deepEqual(backend.handed.map((h) => h.cancelled), [false, true, true, true, true]);
  assert.equal(backend.ended.length, 1);
  assert.equal(closed, true);
});

Deno.test("Parallel.stream() does not run away from a slow reader", async () => {
  const backend = new SoonBackend();
  let read = 0;
  function* endless() {
    while (true) yield delayed(square)(read++);
  }
  const stream = new Parallel({ backend, nJobs: 2 }).stream(endless());
  await settle();
  assert(read >= 1000 && read < 1100, `read ${read}`);
  await stream.next();
  await stream.return!();
  const alone = new Parallel({ nJobs: 1 }).stream(endless());
  const before = read;
  await alone.next();
  await alone.next();
  assert.equal(read, before + 2);
  await alone.return!();
});

Deno.test("Parallel reports as joblib does", async () => {
  // What joblib 1.6.0 writes for the same runs, its times taken as 0.
  const golden: Record<string, string[]> = {
    "1 1 10 list": ["Done 10 out of 10 | elapsed:    0.0s finished"],
    "1 5 30 list": [
      "Done 17 out of 30 | elapsed:    0.0s",
      "Done 30 out of 30 | elapsed:    0.0s finished",
    ],
    "1 10 30 generator": [
      "Done   1 tasks      | elapsed:    0.0s",
      "Done   4 tasks      | elapsed:    0.0s",
      "Done   7 tasks      | elapsed:    0.0s",
      "Done  12 tasks      | elapsed:    0.0s",
      "Done  17 tasks      | elapsed:    0.0s",
      "Done  24 tasks      | elapsed:    0.0s",
      "Done  30 out of  30 | elapsed:    0.0s finished",
    ],
    "1 11 3 list": [
      "Done 1 out of 3 | elapsed:    0.0s",
      "Done 2 out of 3 | elapsed:    0.0s",
      "Done 3 out of 3 | elapsed:    0.0s",
      "Done 3 out of 3 | elapsed:    0.0s finished",
    ],
    "2 1 30 list": [
      "Using backend HandBackend with 2 concurrent workers.",
      "Done 30 out of 30 | elapsed:    0.0s finished",
    ],
    "2 5 30 list": [
      "Using backend HandBackend with 2 concurrent workers.",
      "Done 14 out of 30 | elapsed:    0.0s",
      "Done 30 out of 30 | elapsed:    0.0s finished",
    ],
    "2 5 150 all": [
      "Using backend HandBackend with 2 concurrent workers.",
      "Done  27 out of 150 | elapsed:    0.0s remaining:    0.0s",
      "Done  58 out of 150 | elapsed:    0.0s remaining:    0.0s",
      "Done  89 out of 150 | elapsed:    0.0s remaining:    0.0s",
      "Done 120 out of 150 | elapsed:    0.0s remaining:    0.0s",
      "Done 150 out of 150 | elapsed:    0.0s finished",
    ],
  };
  for (const [what, lines] of Object.entries(golden)) {
    const [nJobs, verbose, n, kind] = what.split(" ");
    const written: string[] = [];
    const backend = new HandBackend();
    const parallel = new Parallel({
      nJobs: +nJobs,
      verbose: +verbose,
      backend,
      preDispatch: kind === "all" ? "all" : "2*nJobs",
      write: (line) => written.push(line),
      clock: new HandClock(),
    });
    const calls = squares(+n);
    const results = parallel.run(kind === "generator" ? calls.values() : calls);
    if (nJobs !== "1") {
      for (let i = 0; i < +n; i++) {
        while (backend.handed.length <= i) await settle();
        await backend.handed[i].finish();
        await settle();
      }
    }
    await results;
    assert.deepEqual(written, lines.map((l) => `[Parallel(n_jobs=${nJobs})]: ${l}\n`), what);
  }
});

Deno.test("Parallel tells the time as joblib does", async () => {
  const clock = new HandClock();
  const written: string[] = [];
  const backend = new HandBackend();
  const parallel = new Parallel({ nJobs: 2, verbose: 11, backend, clock, write: (line) => written.push(line) });
  const results = parallel.run(squares(2));
  await settle();
  clock.advance(1_250);
  await backend.handed[0].finish();
  await settle();
  clock.advance(120_000);
  await backend.handed[1].finish();
  await results;
  assert.equal(written.at(-1), "[Parallel(n_jobs=2)]: Done 2 out of 2 | elapsed:  2.0min finished\n");
});

Deno.test("Parallel refuses options that make no sense", () => {
  assert.throws(() => new Parallel({ nJobs: 0 }), /nJobs: 0 has no meaning/);
  assert.throws(() => new Parallel({ nJobs: 1.5 }), /nJobs: expected an integer, got 1.5/);
  assert.throws(() => new Parallel({ batchSize: 0 }), /batchSize: expected "auto" or a positive integer, got 0/);
  assert.throws(
    () => new Parallel({ preDispatch: "some" }),
    /preDispatch: expected a number, "all" or like "2\*nJobs", got some/,
  );
  assert.throws(() => new Parallel({ timeout: -1 }), /timeout: expected milliseconds above 0, got -1/);
  // @ts-expect-error joblib's spelling
  assert.throws(() => new Parallel({ n_jobs: 2 }), /Parallel: unknown option "n_jobs"; did you mean "nJobs"\?/);
});
