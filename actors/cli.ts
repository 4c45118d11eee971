/**
 * The commands: `deno task scheduler`, `worker`, `keys`, `info`.
 *
 * @module
 */

import process from "node:process";
import { UsageError } from "./cli/errors.ts";
import { infoCommand } from "./cli/info_command.ts";
import { keysCommand } from "./cli/keys_command.ts";
import { nearest } from "./core/mod.ts";
import { type Command, help, parse } from "./cli/options.ts";
import { schedulerCommand } from "./cli/scheduler_command.ts";
import { workerCommand } from "./cli/worker_command.ts";

const COMMANDS: readonly Command[] = [schedulerCommand, workerCommand, keysCommand, infoCommand];

/**
 * Performs a command line.
 *
 * @param line Its words, the command's name first.
 * @returns The exit code: 0 when all is well, 1 for a failure, 2 for a line that cannot be understood.
 */
export async function main(line: readonly string[]): Promise<number> {
  const [name, ...rest] = line;
  try {
    if (name === undefined || name === "--help" || name === "help") {
      console.log(COMMANDS.map((c) => help(c)).join("\n\n"));
      return name === undefined ? 2 : 0;
    }
    const command = COMMANDS.find((c) => c.name === name);
    if (command === undefined) {
      const names = COMMANDS.map((c) => c.name);
      const meant = nearest(name, names);
      throw new UsageError(
        `unknown command ${name}; ${
          meant === undefined ? `expected one of ${names.join(", ")}` : `did you mean ${meant}?`
        }`,
      );
    }
    const args = parse(command, rest);
    if (args.is("help")) {
      console.log(help(command));
      return 0;
    }
    return await command.run(args);
  } catch (error) {
    // What is wrong is said in the message; a stack would only say where this program is.
    console.error(error instanceof Error ? `error: ${error.message}` : error);
    return error instanceof UsageError ? 2 : 1;
  }
}

if (import.meta.main) process.exit(await main(Deno.args));
