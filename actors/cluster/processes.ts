/**
 * The cluster's processes: which program each runs, with which permissions, and with what config.
 *
 * @module
 */

import { libraryFile } from "../core/mod.ts";
import { realClock, transportInfo } from "../../transport/mod.ts";
import type { SchedulerConfig } from "../scheduler/config.ts";
import { checkFractions, type MemoryFractions, type WorkerConfig } from "../worker/config.ts";
import { nativeLibraries } from "../worker/natives.ts";
import { formatBytes } from "./bytes.ts";
import { bundled } from "./bundle.ts";
import type { ProcessCommand } from "./child_process.ts";
import { makeLibraryBundle } from "./library_bundle.ts";
import { Nanny, type NannyOptions } from "./nanny.ts";
import type { SourceFiles } from "./source_files.ts";

/** What both kinds of process are told. */
export interface ProcessOptions
  extends Pick<NannyOptions, "name" | "leave" | "keepAlive" | "log" | "child" | "limits" | "ready"> {
  /** Folder of keys. */
  readonly keys?: string;
  /** Listen beyond this machine without keys. */
  readonly insecure?: boolean;
  /** A private folder that goes with the cluster. */
  readonly scratch?: string;
}

/** What a scheduler's process is told. */
export interface SchedulerProcessOptions extends ProcessOptions {
  /** Where it listens; after a restart it listens at the address it had. */
  readonly address: string;
}

/** What a worker's process is told. */
export interface WorkerProcessOptions extends ProcessOptions {
  /** The scheduler's address. */
  readonly scheduler: string;
  /** Where it listens. */
  readonly address: string;
  /** Default: one for each core. */
  readonly threads?: number;
  /** Bytes. Default: what the machine has. */
  readonly memoryLimit?: number;
  /** At what parts of `memoryLimit` it acts. */
  readonly memory?: MemoryFractions;
  /** Where values go that memory has no room for. Default: the system's directory for temporary files; null for nowhere. */
  readonly spillDirectory?: string | null;
  /** Abstract resources by name. */
  readonly resources?: Readonly<Record<string, number>>;
  /** Milliseconds it takes at most to hand over what it has, when asked to leave. */
  readonly leaveWithin?: number;
  /** Hosts that tasks may reach. */
  readonly allowNet?: readonly string[];
  /** Paths that tasks may read. */
  readonly allowRead?: readonly string[];
}

/** What a worker's process takes without any data, and a little more. */
const LEAST_MEMORY = 128 * 2 ** 20;

/** A program as it is run: a bundle of it, or its source. */
interface Program {
  readonly url: string;
  readonly flags: readonly string[];
}

async function program(path: string, files?: SourceFiles): Promise<Program> {
  const source = libraryFile(path).href;
  // A bundle cannot load the N-API driver's package.
  const bundle = (await transportInfo()).driver === "ffi" ? await bundled(source, undefined, files) : undefined;
  // A source finds the configuration that is nearest to it. A bundle needs none, but its threads load the library's own sources.
  return bundle === undefined ? { url: source, flags: [] } : {
    url: `file://${encodeURI(bundle)}`,
    flags: ["--config", decodeURIComponent(libraryFile("deno.json").pathname)],
  };
}

/** Where libzmq was found here, so that the child need not look for it. */
async function environment(): Promise<Record<string, string>> {
  const { file } = await transportInfo();
  return file === undefined ? {} : { TROUPE_ZEROMQ: file };
}

/**
 * For the engine. It compiles a function when it is first called, and notes where in the text its instructions stand only when an error asks for
 * it, by reading all of the bundle again, 10 ms each time. All at once is cheaper, for Deno keeps what was compiled: a start takes an eighth less,
 * and 12 MB more in each thread that has loaded the library. And memory is collected by hand.
 */
const V8_FLAGS = "--v8-flags=--no-lazy,--no-enable-lazy-source-positions,--expose-gc";

/** What a child may do: its threads, which run the users' code, are given much less. */
function command(entry: Program, env: Record<string, string>, extra: readonly string[]): ProcessCommand {
  return {
    entry: entry.url,
    flags: [
      ...entry.flags,
      "--quiet",
      "--no-prompt",
      "--no-lock",
      "--cached-only",
      "--unstable-worker-options",
      V8_FLAGS,
      "--allow-read",
      "--allow-env",
      "--allow-sys",
      "--allow-ffi",
      ...extra,
    ],
    env,
  };
}

function netFlag(hosts: readonly string[]): string[] {
  return hosts.length === 0 ? [] : [`--allow-net=${hosts.join(",")}`];
}

function nannyOptions(
  { name, leave, keepAlive, log, child, limits, ready }: ProcessOptions,
): Omit<NannyOptions, "command" | "config"> {
  return { name, leave, keepAlive, log, child, limits, ready, clock: realClock };
}

/**
 * A nanny for a scheduler's process.
 *
 * @param options What the process is told.
 * @param files The sources, where several nannies are made at once.
 */
export async function schedulerNanny(options: SchedulerProcessOptions, files?: SourceFiles): Promise<Nanny> {
  const [entry, env] = await Promise.all([program("actors/scheduler/main.ts", files), environment()]);
  return new Nanny({
    ...nannyOptions(options),
    command: () => command(entry, env, options.scratch === undefined ? [] : [`--allow-write=${options.scratch}`]),
    config: (last): SchedulerConfig => ({
      // Started again, it listens where it was found before.
      address: last === undefined ? options.address : String(last.address),
      keys: options.keys ?? null,
      insecure: options.insecure ?? false,
      scratch: options.scratch,
    }),
  });
}

/**
 * A nanny for a worker's process.
 *
 * @param options What the process is told.
 * @param files The sources, where several nannies are made at once.
 * @throws {RangeError} when the memory limit leaves no room for data.
 */
export async function workerNanny(options: WorkerProcessOptions, files?: SourceFiles): Promise<Nanny> {
  const [entry, thread, env] = await Promise.all([
    program("actors/worker/main.ts", files),
    program("actors/worker/thread_main.ts", files),
    environment(),
  ]);
  const memoryLimit = options.memoryLimit ?? machineMemory();
  if (memoryLimit < LEAST_MEMORY) {
    throw new RangeError(
      `memoryLimit: a worker's process itself takes ${formatBytes(LEAST_MEMORY)}, and it was given ${
        formatBytes(memoryLimit)
      }`,
    );
  }
  const { terminate } = checkFractions(options.memory);
  return new Nanny({
    ...nannyOptions(options),
    memoryLimit: terminate * memoryLimit,
    wants: async (what) => what === "library" ? await makeLibraryBundle() : undefined,
    // Threads can be given no more than the process has.
    command: () => command(entry, env, ["--allow-write", ...netFlag(options.allowNet ?? [])]),
    config: (_, before): WorkerConfig => ({
      name: options.name,
      scheduler: options.scheduler,
      address: options.address,
      threads: options.threads ?? navigator.hardwareConcurrency,
      memoryLimit,
      memory: options.memory,
      spillDirectory: options.spillDirectory,
      resources: options.resources ?? {},
      keys: options.keys ?? null,
      insecure: options.insecure ?? false,
      sandbox: { net: options.allowNet ?? [], read: options.allowRead ?? [] },
      threadEntry: { url: thread.url },
      natives: nativeLibraries(),
      scratch: options.scratch,
      leaveWithin: options.leaveWithin,
      before,
    }),
  });
}

/** Bytes of memory of this machine, or of the container that this process is in. */
export function machineMemory(): number {
  const { total } = Deno.systemMemoryInfo();
  for (const file of ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]) {
    try {
      const limit = Number(Deno.readTextFileSync(file).trim());
      if (limit > 0 && limit < total) return limit;
    } catch {
      // No such limits here, or not for our eyes.
    }
  }
  return total;
}
