/**
 * The networks that the conformance suite runs over.
 *
 * @module
 */

import {
  type Introduction,
  type Keys,
  type Limits,
  MemoryNetwork,
  openEndpoint,
  type Reserve,
  type Role,
  type SessionEndpoint,
} from "../../transport/mod.ts";
import { Inbox } from "./inbox.ts";

/** What the tests ask for of an endpoint. */
export interface Wanted {
  readonly role?: Role;
  readonly name?: string;
  readonly limits?: Partial<Limits>;
  readonly reserve?: Reserve;
  readonly version?: number;
  readonly keys?: Keys;
}

/** An endpoint, and what arrives at it. */
export interface Place {
  readonly endpoint: SessionEndpoint;
  readonly inbox: Inbox;
}

/** One way to be connected, set up for one test. */
export interface Net {
  /** An endpoint that is ended with the test. */
  open(wanted?: Wanted): Promise<Place>;
  /** An address to bind that nobody uses. */
  address(): string;
  /** The driver, where there are processes. */
  readonly driver?: "ffi" | "napi";
}

let incarnations = 0;

/** An introduction unlike any other. */
export function introduction({ role = "client", name = "c" }: Wanted = {}): Introduction {
  return { role, name, incarnation: `i${++incarnations}` };
}

/** All networks by name, each as a way to run a body with one. */
export const NETS: Record<string, (body: (net: Net) => Promise<void>) => Promise<void>> = {
  memory: (body) => inMemory(body),
  "ffi tcp": (body) => overZmq("ffi", "tcp", body),
  "ffi ipc": (body) => overZmq("ffi", "ipc", body),
  "napi tcp": (body) => overZmq("napi", "tcp", body),
  "napi ipc": (body) => overZmq("napi", "ipc", body),
};

async function inMemory(body: (net: Net) => Promise<void>): Promise<void> {
  const network = new MemoryNetwork();
  const opened: SessionEndpoint[] = [];
  try {
    await body({
      open(wanted = {}) {
        const endpoint = network.endpoint({ ...wanted, self: introduction(wanted) });
        opened.push(endpoint);
        return Promise.resolve({ endpoint, inbox: new Inbox(endpoint) });
      },
      address: () => "memory://*",
    });
  } finally {
    for (const endpoint of opened) await endpoint.end();
  }
}

async function overZmq(
  driver: "ffi" | "napi",
  scheme: "tcp" | "ipc",
  body: (net: Net) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "troupe-test-" });
  const opened: SessionEndpoint[] = [];
  let paths = 0;
  try {
    await body({
      driver,
      async open(wanted = {}) {
        const endpoint = await openEndpoint({ ...wanted, driver, self: introduction(wanted) });
        opened.push(endpoint);
        return { endpoint, inbox: new Inbox(endpoint) };
      },
      address: () => scheme === "tcp" ? "tcp://127.0.0.1:*" : `ipc://${directory}/${++paths}`,
    });
  } finally {
    for (const endpoint of opened) await endpoint.end();
    await Deno.remove(directory, { recursive: true });
  }
}

/** A server, a client that dialled it, and both sides' peers. */
export async function pairUp(net: Net, server: Wanted = {}, client: Wanted = {}) {
  const s = await net.open({ role: "scheduler", name: "s", ...server });
  const c = await net.open({ role: "client", name: "c", ...client });
  const address = await s.endpoint.bind(net.address());
  c.endpoint.dial(address);
  const toServer = (await c.inbox.next("up")).peer;
  const toClient = (await s.inbox.next("up")).peer;
  return { s, c, address, toServer, toClient };
}
