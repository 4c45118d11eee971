import { match, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { Client } from "../../../actors/client/mod.ts";

Deno.test("Client.local() and Client.connect() refuse options that there are not, and name what may have been meant", async () => {
  await rejects(
    Client.local({ worker: 1 } as never),
    (e: TypeError) =>
      e instanceof TypeError && /Client\.local\(\): unknown option "worker".*did you mean "workers"\?/.test(e.message),
  );
  await rejects(
    Client.connect("tcp://127.0.0.1:1", { key: "dir" } as never),
    /Client\.connect\(\): unknown option "key", expected one of keys, .*did you mean "keys"\?/,
  );
});

Deno.test("Client names the user's own files and lines in what went wrong elsewhere", async () => {
  const dir = await Deno.makeTempDir();
  await using client = await Client.local({ processes: false, workers: 1, threadsPerWorker: 1, memoryLimit: "256MiB" });
  try {
    const file = `${dir}/throws.ts`, url = `file://${file}`;
    await Deno.writeTextFile(file, "throw new RangeError('at load');\nexport function f(): void {}\n");
    const module = client.module<{ f(): void }>(url);
    await rejects(async () => await module.f(), (e: Error) => {
      match(e.message, new RegExp(`^the module ${url} does not load: RangeError: at load$`));
      return e.name === "ModuleLoadError";
    });
    await Deno.writeTextFile(`${dir}/broken.ts`, "export function f( {\n");
    throws(() => client.module<{ f(): void }>(`file://${dir}/broken.ts`).f(), (e: Error) => {
      match(e.message, /broken\.ts:1:/);
      ok(!e.message.includes("Stack backtrace"), e.message);
      return true;
    });
    const outer = client.submit(() => {
      throw new RangeError("outer", { cause: new TypeError("inner") });
    });
    await rejects(async () => await outer, (e: Error) => {
      const own = /\(file:\/\/\S+bad_input_test\.ts:\d+:\d+\)/;
      match(e.stack!, own);
      match((e.cause as Error).stack!, own);
      ok(!(e.cause as Error).stack!.includes("thread_loop"), (e.cause as Error).stack);
      return true;
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("Client's errors of what cannot be sent name the user's line, however deep in the value it stands", async () => {
  await using client = await Client.local({ processes: false, workers: 1, threadsPerWorker: 1, memoryLimit: "256MiB" });
  const deep = { a: [{ b: { c: [{ d: Symbol("k") }] } }] };
  const own = (e: Error) => {
    match(e.message, /a\[0\]\.b\.c\[0\]\.d: it is a symbol/);
    match(e.stack!, /bad_input_test\.ts:\d+:\d+/);
    return e.name === "NotSendableError";
  };
  throws(() => client.submit((x: unknown) => x, deep), own);
  await rejects(() => client.scatter(deep), own);
});

Deno.test("Client.submit() gives functions back that it sent, and says that others cannot come", async () => {
  await using client = await Client.local({ processes: false, workers: 1, threadsPerWorker: 1, memoryLimit: "256MiB" });
  const back = await client.submit((f: (x: number) => number) => [f], (x: number) => x + 1);
  strictEqual(back[0](4), 5);
  await rejects(
    async () => await client.submit(() => ({ f: (x: number) => x })),
    /cannot send result\.f: it is the function f, which was made in the task/,
  );
});

Deno.test("Client.gather() says what it expected", async () => {
  await using client = await Client.local({ processes: false, workers: 1, threadsPerWorker: 1, memoryLimit: "256MiB" });
  const one = client.submit(Math.sqrt, 4);
  throws(() => client.gather(one as never), /gather: expected a list of futures and references, got Future/);
  strictEqual(await one, 2);
});
