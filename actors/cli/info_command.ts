/**
 * `info`.
 *
 * @module
 */

import { transportInfo } from "../../transport/mod.ts";
import { formatBytes } from "../cluster/mod.ts";
import { libraryFile } from "../core/mod.ts";
import { nativeKinds } from "../worker/mod.ts";
import manifest from "../../deno.json" with { type: "json" };
import type { Command } from "./options.ts";

/** Says what is used here, and why. */
export const infoCommand: Command = {
  name: "info",
  about: "Shows versions, how ZeroMQ is driven and why, what kernels compute with, cores and memory.",
  positionals: [],
  options: {},
  async run() {
    const rows: [string, string][] = [
      ["troupe", manifest.version],
      ["deno", `${Deno.version.deno} (V8 ${Deno.version.v8}, TypeScript ${Deno.version.typescript})`],
      ["system", `${Deno.build.os} ${Deno.build.arch}, ${Deno.osRelease()}`],
      ["cores", `${navigator.hardwareConcurrency}`],
      [
        "memory",
        `${formatBytes(Deno.systemMemoryInfo().total)}, ${formatBytes(Deno.systemMemoryInfo().available)} available`,
      ],
    ];
    try {
      const { driver, reason, version, curve, file } = await transportInfo();
      rows.push(["zeromq", `libzmq ${version}, ${curve ? "with" : "without"} CURVE`]);
      rows.push(["driver", `${driver}: ${reason}`]);
      if (file !== undefined) rows.push(["library", file]);
    } catch (error) {
      rows.push(["zeromq", `cannot be used here: ${(error as Error).message}`]);
    }
    // What computes registers itself when the library is loaded, which this program otherwise never is.
    await import(libraryFile("mod.ts").href);
    for (const kind of nativeKinds()) rows.push([kind.name, kind.describe()]);
    for (const [name, value] of rows) console.log(`${name.padEnd(8)} ${value}`);
    return 0;
  },
};
