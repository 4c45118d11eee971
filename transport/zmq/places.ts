/**
 * What an address means to the system: names that libzmq does not resolve, paths that it would take over from a living owner.
 *
 * @module
 */

import { type Address, isLoopback } from "../address.ts";
import { AddressError, BindError, InsecureBindError } from "../errors.ts";

/** How the directories begin that are made for `ipc://*`. */
const OWN_DIRECTORY = "troupe-ipc-";

/** An address as libzmq binds it: a number instead of a name, brackets around IPv6. */
export async function bindable(address: Address, hasKeys: boolean, insecure: boolean): Promise<string> {
  switch (address.scheme) {
    case "memory":
      throw new AddressError(
        address.text,
        "this endpoint speaks over the network; expected tcp://host:port or ipc://path",
      );
    case "ipc":
      if (address.path !== "*" && await someoneListens(address.path)) {
        throw new BindError(address.text, "EADDRINUSE", "another process listens there already");
      }
      // The library's own wildcard makes a directory wherever the process happens to be.
      return address.path === "*" ? `ipc://${await Deno.makeTempDir({ prefix: OWN_DIRECTORY })}/socket` : address.text;
    case "tcp": {
      if (!hasKeys && !insecure && !isLoopback(address)) throw new InsecureBindError(address.text);
      const port = address.port === 0 ? "*" : String(address.port);
      return `tcp://${await numeric(address)}:${port}`;
    }
  }
}

/** An address as libzmq dials it. */
export function dialable(address: Address): string {
  if (address.scheme === "memory") {
    throw new AddressError(
      address.text,
      "this endpoint speaks over the network; expected tcp://host:port or ipc://path",
    );
  }
  if (address.scheme === "tcp") {
    if (address.port === 0 || address.host === "*") {
      throw new AddressError(address.text, "to dial, a host and a port must be given");
    }
  } else if (address.path === "*") throw new AddressError(address.text, "to dial, a path must be given");
  return address.text;
}

/** What others dial to reach an address that was bound: a wildcard becomes this machine's address. */
export function reachable(bound: string): string {
  const wildcard = /^tcp:\/\/(0\.0\.0\.0|\[::\]):(\d+)$/.exec(bound);
  if (wildcard === null) return bound;
  const own = Deno.networkInterfaces().find((it) => it.family === "IPv4" && !it.address.startsWith("127."));
  return `tcp://${own?.address ?? "127.0.0.1"}:${wildcard[2]}`;
}

async function numeric(address: Address & { scheme: "tcp" }): Promise<string> {
  const { host } = address;
  if (host === "*" || /^[\d.]+$/.test(host)) return host;
  if (host.includes(":")) return `[${host}]`;
  if (host === "localhost") return "127.0.0.1";
  try {
    // Imported when needed: it costs 5 ms at every start.
    const { lookup } = await import("node:dns/promises");
    const found = await lookup(host);
    return found.family === 6 ? `[${found.address}]` : found.address;
  } catch (error) {
    throw new BindError(address.text, "ENOTFOUND", `the host ${host} is not known: ${(error as Error).message}`);
  }
}

/** libzmq takes over the file of a Unix socket whether or not someone listens at it, so that is found out first. */
async function someoneListens(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
  } catch {
    return false;
  }
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return true;
  } catch {
    return false;
  }
}

/**
 * Looks at the file of a Unix socket that was just bound; libzmq leaves it behind.
 *
 * @param bound The bound address.
 * @returns What removes the file, if it is still the same one.
 */
export function socketFile(bound: string): () => void {
  if (!bound.startsWith("ipc://")) return () => {};
  const path = bound.slice(6);
  const inode = (): number | null => {
    try {
      return Deno.lstatSync(path).ino;
    } catch {
      return null;
    }
  };
  const own = inode();
  return () => {
    if (own === null || inode() !== own) return;
    try {
      Deno.removeSync(path);
      const directory = path.slice(0, path.lastIndexOf("/"));
      if (directory.includes(`/${OWN_DIRECTORY}`)) Deno.removeSync(directory);
    } catch {
      // Someone else was faster.
    }
  };
}

/**
 * Waits until a TCP address that was unbound can be bound again, for where no monitor tells: the library closes it a moment later.
 *
 * @param bound The address, as it was bound.
 */
export async function untilFree(bound: string): Promise<void> {
  const parts = /^tcp:\/\/\[?([^\]]+?)\]?:(\d+)$/.exec(bound);
  if (parts === null) return;
  for (let i = 0; i < 100; i++) {
    try {
      Deno.listen({ hostname: parts[1], port: Number(parts[2]) }).close();
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) return;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
