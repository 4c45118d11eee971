import assert from "node:assert/strict";
import { openEndpoint, type SessionEndpoint } from "../../transport/mod.ts";
import { Inbox } from "./inbox.ts";
import { introduction } from "./nets.ts";

type Driver = "ffi" | "napi";

/** A process of `server_process.ts`, which ends with the test whatever happens. */
class Child implements AsyncDisposable {
  address = "";
  readonly process: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #text = "";

  private constructor(args: string[]) {
    this.process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-prompt", new URL("./server_process.ts", import.meta.url).pathname, ...args],
      stdout: "piped",
    }).spawn();
    this.#lines = this.process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  static async start(driver: Driver, bind: string, dial?: string): Promise<Child> {
    const child = new Child([driver, bind, ...(dial === undefined ? [] : [dial])]);
    child.address = await child.line();
    return child;
  }

  async line(): Promise<string> {
    while (!this.#text.includes("\n")) {
      const { value, done } = await this.#lines.read();
      if (done) throw new Error("the child has ended");
      this.#text += value;
    }
    const end = this.#text.indexOf("\n");
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return line;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.process.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#lines.cancel();
    await this.process.status;
  }
}

async function open(driver: Driver, name = "parent"): Promise<{ endpoint: SessionEndpoint; inbox: Inbox }> {
  const endpoint = await openEndpoint({
    driver,
    self: introduction({ name }),
    heartbeat: { intervalMs: 100, timeoutMs: 1000 },
  });
  return { endpoint, inbox: new Inbox(endpoint) };
}

async function withDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "troupe-test-" });
  try {
    await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const fds = (): number => [...Deno.readDirSync("/proc/self/fd")].length;

for (const driver of ["ffi", "napi"] as const) {
  for (const scheme of ["tcp", "ipc"] as const) {
    const test = (name: string, body: (place: () => string) => Promise<void>): void =>
      Deno.test({
        name: `Endpoint by ${driver} over ${scheme}, between processes: ${name}`,
        sanitizeOps: false,
        sanitizeResources: false,
        fn: () =>
          withDirectory((directory) => {
            let paths = 0;
            return body(() => scheme === "tcp" ? "tcp://127.0.0.1:*" : `ipc://${directory}/${++paths}`);
          }),
      });

    test("kill -9 of the one that was dialled is a down, and its successor another peer", async (place) => {
      const { endpoint, inbox } = await open(driver);
      await using _ = endpoint;
      let address: string;
      {
        await using child = await Child.start(driver, place());
        address = child.address;
        endpoint.dial(address);
        const { peer } = await inbox.next("up");
        endpoint.send(peer, { header: 1, frames: [new Uint8Array(6e6).fill(7)] });
        const { message } = await inbox.next("message");
        assert.deepEqual(message.header, ["heard", 1]);
        assert.equal(message.frames[0].every((byte) => byte === 7), true);
        child.process.kill("SIGKILL");
        assert.equal((await inbox.next("down")).peer, peer);
      }
      await using successor = await Child.start(driver, address);
      const { peer } = await inbox.next("up");
      assert.equal(peer.incarnation, String(successor.process.pid));
      endpoint.send(peer, { header: 2, frames: [] });
      assert.deepEqual(await inbox.headers(1), [["heard", 2]]);
    });

    test("kill -9 of the one that dialled is a down", async (place) => {
      const { endpoint, inbox } = await open(driver);
      await using _ = endpoint;
      const address = await endpoint.bind(place());
      await using child = await Child.start(driver, place(), address);
      const { peer } = await inbox.next("up");
      assert.equal(peer.name, "child");
      child.process.kill("SIGKILL");
      assert.equal((await inbox.next("down")).peer, peer);
    });

    test("a stopped process is a down, by heartbeats, and comes back as another peer", async (place) => {
      const { endpoint, inbox } = await open(driver);
      await using _ = endpoint;
      const address = await endpoint.bind(place());
      await using child = await Child.start(driver, place(), address);
      endpoint.dial(child.address);
      await inbox.next("up");
      await inbox.next("up");
      child.process.kill("SIGSTOP");
      await inbox.next("down");
      await inbox.next("down");
      child.process.kill("SIGCONT");
      await inbox.next("up");
      await inbox.next("up");
    });

    test("a loss in the middle of a large message releases it", async (place) => {
      const { endpoint, inbox } = await open(driver);
      await using _ = endpoint;
      await using child = await Child.start(driver, place());
      endpoint.dial(child.address);
      const { peer } = await inbox.next("up");
      child.process.kill("SIGSTOP");
      let released = 0;
      endpoint.send(peer, { header: 1, frames: [new Uint8Array(1e8)], released: () => released++ });
      child.process.kill("SIGKILL");
      await inbox.next("down");
      assert.equal(released, 1);
    });

    test("unref() lets a process end that has nothing else to do", async (place) => {
      const { endpoint, inbox } = await open(driver);
      await using _ = endpoint;
      await using child = await Child.start(driver, place());
      endpoint.dial(child.address);
      const { peer } = await inbox.next("up");
      endpoint.send(peer, { header: "unref", frames: [] });
      assert.equal((await inbox.next("down")).peer, peer);
      assert.equal((await child.process.status).code, 0);
    });

    test("a process whose endpoint has ended ends", async (place) => {
      const { endpoint, inbox } = await open(driver);
      await using _ = endpoint;
      await using child = await Child.start(driver, place());
      endpoint.dial(child.address);
      const { peer } = await inbox.next("up");
      endpoint.send(peer, { header: "end", frames: [] });
      assert.match((await inbox.next("down")).reason, /ended/);
      assert.equal((await child.process.status).code, 0);
    });

    test("end() gives back all descriptors and files", async (place) => {
      const once = async (): Promise<void> => {
        const s = await open(driver, "s");
        const c = await open(driver, "c");
        c.endpoint.dial(await s.endpoint.bind(place()));
        await c.inbox.next("up");
        await c.endpoint.end();
        await s.endpoint.end();
      };
      await once();
      const settled = async (most: number): Promise<number> => {
        // The library closes what was closed a moment later, on its own threads.
        for (let i = 0; i < 200 && fds() > most; i++) await new Promise((resolve) => setTimeout(resolve, 20));
        return fds();
      };
      await new Promise((resolve) => setTimeout(resolve, 400));
      const before = fds();
      for (let i = 0; i < 10; i++) await once();
      assert.equal(await settled(before) <= before, true, `${fds()} descriptors after, ${before} before`);
      if (scheme === "ipc") {
        const path = place().slice("ipc://".length);
        assert.deepEqual([...Deno.readDirSync(path.slice(0, path.lastIndexOf("/")))], []);
      }
    });
  }
}
