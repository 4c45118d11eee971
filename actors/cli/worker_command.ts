/**
 * `worker SCHEDULER`.
 *
 * @module
 */

import { isLoopback, loadKeys, parseAddress, randomToken } from "../../transport/mod.ts";
import { parseBytes, workerNanny } from "../cluster/mod.ts";
import { idsFrom, libraryFile } from "../core/mod.ts";
import { checkFractions, type MemoryFractions } from "../worker/config.ts";
import { UsageError } from "./errors.ts";
import { bracketed, checkAddress } from "./host.ts";
import type { Command } from "./options.ts";
import { serve } from "./serve.ts";

/** Milliseconds a worker takes at most to hand over what it has. */
const LEAVE_WITHIN = 10_000;

/** Runs a worker until SIGTERM. */
export const workerCommand: Command = {
  name: "worker",
  about:
    "Runs a worker of the scheduler at an address such as tcp://10.0.0.5:8786, in a process of its own that is watched and\n" +
    "started again when it dies, hangs or takes too much memory. SIGTERM ends it: it finishes or hands over what it does and has.",
  positionals: ["SCHEDULER"],
  checks: [checkAddress],
  options: {
    threads: { value: "N", integer: [1, 1024], help: "Threads that perform tasks. Default: one for each core." },
    "memory-limit": {
      value: "AMOUNT",
      check: parseBytes,
      help: "Memory it may take, such as 4GiB. Default: the machine's.",
    },
    "spill-directory": {
      value: "DIR",
      help: "Where values go that memory has no room for. Default: the system's for temporary files.",
    },
    memory: {
      value: "NAME=PART",
      multiple: true,
      help: "At what parts of the limit it acts: target=0.6,spill=0.7,pause=0.8,terminate=0.95.",
    },
    name: { value: "NAME", help: "Its name, unique in the cluster. Default: a new one." },
    resources: {
      value: "NAME=N",
      multiple: true,
      help: "Abstract resources that tasks may ask for, such as GPU=1; more with commas.",
    },
    host: {
      value: "HOST",
      help: "Address at which others reach it. Default: the one from which this machine reaches the scheduler.",
    },
    keys: { value: "DIR", help: "Folder of keys, as made by `deno task keys DIR`. Needed beyond this machine." },
    "allow-net": { value: "HOST", multiple: true, help: "Hosts that tasks may reach. Default: none." },
    "allow-read": { value: "PATH", multiple: true, help: "Paths that tasks may read. Default: none." },
    insecure: { help: "Listen beyond this machine without keys: whoever reaches it can run code here." },
  },
  async run(args) {
    const scheduler = args.positionals[0];
    const keys = args.text("keys");
    if (keys !== undefined) await loadKeys(keys);
    const memory = args.text("memory-limit");
    const name = args.text("name") ?? idsFrom(randomToken()).next("w");
    if (!/^[\w.:-]{1,200}$/.test(name)) {
      throw new UsageError(`--name: expected letters, digits and . : _ -, at most 200, got ${JSON.stringify(name)}`);
    }
    // The native libraries that its threads open are registered by what computes with them.
    await import(libraryFile("mod.ts").href);
    const nanny = await workerNanny({
      name,
      scheduler,
      address: `tcp://${bracketed(args.text("host") ?? ownHost(scheduler))}:*`,
      threads: args.number("threads"),
      memoryLimit: memory === undefined ? undefined : parseBytes(memory),
      memory: fractionsOf(args.list("memory")),
      spillDirectory: args.text("spill-directory"),
      resources: resourcesOf(args.list("resources")),
      allowNet: args.list("allow-net"),
      allowRead: args.list("allow-read"),
      keys,
      insecure: args.is("insecure"),
      leaveWithin: LEAVE_WITHIN,
      leave: "ask",
      keepAlive: true,
      // One that left as it was told to (the scheduler is gone for good, it was retired) stays away.
      child: { restart: "transient", shutdown: LEAVE_WITHIN + 5_000 },
      log: (line) => console.error(line),
    });
    return await serve(nanny, (info) => console.log(`worker ${name} at ${info.address}`));
  },
};

/** The address at which others of the scheduler's network reach this machine. */
function ownHost(scheduler: string): string {
  const address = parseAddress(scheduler);
  if (isLoopback(address)) return "127.0.0.1";
  const own = Deno.networkInterfaces().filter((i) => i.family === "IPv4" && !i.address.startsWith("127."));
  const host = address.scheme === "tcp" ? address.host : "";
  // The scheduler is on this machine, or in the same network as one of its addresses, or beyond some gateway.
  const found = own.find((i) => i.address === host) ?? own.find((i) => sameNetwork(i, host)) ?? own[0];
  if (found === undefined) throw new UsageError("--host is needed: this machine has no address but its own loopback");
  return found.address;
}

function sameNetwork(own: Deno.NetworkInterfaceInfo, host: string): boolean {
  const bits = (text: string): number => text.split(".").reduce((n, part) => n * 256 + Number(part), 0) >>> 0;
  return /^[\d.]+$/.test(host) && ((bits(own.address) ^ bits(host)) & bits(own.netmask)) === 0;
}

function fractionsOf(pairs: readonly string[]): MemoryFractions {
  const fractions = Object.fromEntries(pairs.map((pair) => {
    const [name, part] = pair.split("=");
    return [name, Number(part)];
  }));
  try {
    checkFractions(fractions);
  } catch (error) {
    throw new UsageError(`--memory: ${(error as Error).message}`, { cause: error });
  }
  return fractions;
}

function resourcesOf(pairs: readonly string[]): Record<string, number> {
  const resources: Record<string, number> = {};
  for (const pair of pairs) {
    const match = /^([^=\s]+)=(\d+(?:\.\d+)?)$/.exec(pair);
    if (match === null) {
      throw new UsageError(`--resources: expected NAME=AMOUNT, such as GPU=1, got ${JSON.stringify(pair)}`);
    }
    resources[match[1]] = Number(match[2]);
  }
  return resources;
}
