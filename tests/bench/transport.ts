/**
 * How fast the transport is between two processes of this machine. Run by hand:
 *
 *     deno task bench transport [--driver ffi,napi] [--scheme ipc,tcp] [--keys]
 *
 * Every table line is the median of several runs; a plain copy in memory is measured beside, to tell a slow machine from slow code.
 *
 * @module
 */

import { commandLine } from "../../actors/cli/mod.ts";
import {
  type Arrival,
  type Keys,
  loadKeys,
  makeKeys,
  openEndpoint,
  type Peer,
  saveKeys,
  type SessionEndpoint,
} from "../../transport/mod.ts";

const BYTES = 128e6;
const ROUND_TRIPS = 3000;
const PIPELINED = 200_000;
const RUNS = 5;

const flags = commandLine({
  name: "transport",
  start: "deno task bench transport",
  about: "How fast the transport is between two processes of this machine.",
  positionals: [],
  options: {
    driver: { value: "LIST", multiple: true, choices: ["ffi", "napi"], help: "Of ffi, napi. Default: both." },
    scheme: { value: "LIST", multiple: true, choices: ["ipc", "tcp"], help: "Of ipc, tcp. Default: both." },
    keys: { help: "With CURVE." },
    serve: { value: "ADDRESS", help: "For the program itself: be the other process." },
    "key-directory": { value: "DIR", help: "For the program itself: the keys of the other process." },
  },
});
/** The values of a list, or all that there are. */
const listed = (name: string, all: string[]): string[] => flags.list(name).length > 0 ? flags.list(name) : all;

type Driver = "ffi" | "napi";
const self = (name: string) => ({ role: "probe", name, incarnation: crypto.randomUUID() }) as const;

/** The other process: answers pings, counts what is pipelined, takes large arrays into memory it uses again and again. */
async function serve(driver: Driver, address: string, keys: Keys | undefined): Promise<void> {
  const pool = new Map<number, Uint8Array>();
  const warm = (size: number): Uint8Array => {
    let array = pool.get(size);
    if (array === undefined) pool.set(size, array = new Uint8Array(new SharedArrayBuffer(size)).fill(1));
    return array;
  };
  const endpoint = await openEndpoint({
    driver,
    keys,
    self: self("server"),
    reserve: (_peer, _header, sizes) => sizes.map(warm),
  });
  let seen = 0;
  endpoint.receive((arrival) => {
    if (arrival.kind !== "message") return;
    const [what, n] = arrival.message.header as [string, number];
    if (what === "ping") endpoint.send(arrival.peer, { header: ["pong", n], frames: arrival.message.frames });
    else if (what === "count" && ++seen % n === 0) endpoint.send(arrival.peer, { header: ["counted", n], frames: [] });
    else if (what === "large") endpoint.send(arrival.peer, { header: ["taken", n], frames: [] });
    else if (what === "quit") void endpoint.end().then(() => Deno.exit(0));
  });
  console.log(await endpoint.bind(address));
}

/** A process that serves, and a session with it. */
async function connect(driver: Driver, scheme: string, keyDirectory: string | undefined): Promise<Session> {
  const place = scheme === "ipc" ? `ipc://${await Deno.makeTempDir()}/bench` : "tcp://127.0.0.1:*";
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-prompt",
      import.meta.filename!,
      "--serve",
      place,
      "--driver",
      driver,
      ...(keyDirectory === undefined ? [] : ["--key-directory", keyDirectory]),
    ],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const address = (await reader.read()).value!.trim();
  const keys = keyDirectory === undefined ? undefined : await loadKeys(keyDirectory);
  const endpoint = await openEndpoint({ driver, keys, self: self("client") });
  const session = new Session(endpoint, child, reader);
  endpoint.dial(address);
  session.peer = (await session.next("up")).peer;
  return session;
}

class Session {
  peer!: Peer;
  readonly endpoint: SessionEndpoint;
  readonly #child: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #taker: ((arrival: Arrival) => void) | undefined;

  constructor(endpoint: SessionEndpoint, child: Deno.ChildProcess, reader: ReadableStreamDefaultReader<string>) {
    this.endpoint = endpoint;
    this.#child = child;
    this.#reader = reader;
    endpoint.receive((arrival) => this.#taker?.(arrival));
  }

  next<K extends Arrival["kind"]>(kind: K): Promise<Extract<Arrival, { kind: K }>> {
    return new Promise((resolve, reject) => {
      this.#taker = (arrival) => {
        if (arrival.kind === kind) resolve(arrival as Extract<Arrival, { kind: K }>);
        else if (arrival.kind !== "up") reject(new Error(JSON.stringify(arrival)));
      };
    });
  }

  async roundTrips(n: number): Promise<Float64Array> {
    const times = new Float64Array(n);
    const frames = [new Uint8Array(100)];
    for (let i = 0; i < n; i++) {
      const start = performance.now();
      this.endpoint.send(this.peer, { header: ["ping", i], frames });
      await this.next("message");
      times[i] = (performance.now() - start) * 1e3;
    }
    return times.sort();
  }

  /** Messages a second, sent 256 a turn. */
  async pipelined(n: number): Promise<number> {
    const start = performance.now();
    const done = this.next("message");
    for (let i = 0; i < n; i++) {
      this.endpoint.send(this.peer, { header: ["count", n], frames: [] });
      if (i % 256 === 255) await undefined;
      if (i % 16384 === 16383) await new Promise((resolve) => setTimeout(resolve));
    }
    await done;
    return n / (performance.now() - start) * 1e3;
  }

  /** GB/s of one array, until the other side has said that it has it. */
  async large(array: Uint8Array): Promise<number> {
    const start = performance.now();
    this.endpoint.send(this.peer, { header: ["large", array.length], frames: [array] });
    await this.next("message");
    return array.length / (performance.now() - start) / 1e6;
  }

  async end(): Promise<void> {
    this.endpoint.send(this.peer, { header: ["quit", 0], frames: [] });
    await this.endpoint.end();
    await this.#reader.cancel();
    await this.#child.status;
  }
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1];

async function several(run: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let i = 0; i < RUNS; i++) values.push(await run());
  return median(values);
}

async function main(): Promise<void> {
  const a = new Uint8Array(new SharedArrayBuffer(BYTES)).fill(1);
  const b = new Uint8Array(new SharedArrayBuffer(BYTES)).fill(2);
  const copy = await several(() => {
    const start = performance.now();
    b.set(a);
    return Promise.resolve(BYTES / (performance.now() - start) / 1e6);
  });
  console.log(`a copy in memory: ${copy.toFixed(1)} GB/s`);
  let keyDirectory: string | undefined;
  if (flags.is("keys")) {
    keyDirectory = await Deno.makeTempDir();
    await saveKeys(keyDirectory, await makeKeys());
  }
  console.log("driver scheme | round trip p50 / p99 µs | small messages/s | 128 MB one way GB/s (of a copy's)");
  for (const driver of listed("driver", ["ffi", "napi"])) {
    for (const scheme of listed("scheme", ["ipc", "tcp"])) {
      const session = await connect(driver as Driver, scheme, keyDirectory);
      await session.roundTrips(500);
      const times = await session.roundTrips(ROUND_TRIPS);
      await session.pipelined(PIPELINED);
      const rate = await several(() => session.pipelined(PIPELINED));
      await session.large(a);
      const large = await several(() => session.large(a));
      console.log(
        `${driver.padEnd(6)} ${scheme.padEnd(6)} | ${times[times.length >> 1].toFixed(0)} / ${
          times[Math.floor(times.length * 0.99)].toFixed(0)
        } | ` +
          `${Math.round(rate / 1000)}k | ${large.toFixed(2)} (${(large / copy).toFixed(2)})`,
      );
      await session.end();
    }
  }
}

const address = flags.text("serve"), directory = flags.text("key-directory");
if (address !== undefined) {
  const keys = directory === undefined ? undefined : await loadKeys(directory);
  await serve(flags.list("driver")[0] as Driver, address, keys);
} else await main();
