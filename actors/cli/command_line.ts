/**
 * The command line of a program of its own: an example, a bench.
 *
 * @module
 */

import { endWithTask } from "./end_with_task.ts";
import { UsageError } from "./errors.ts";
import { type Arguments, help, parse, type Program } from "./options.ts";

/**
 * What the program was given, checked. For `--help` the help is shown and the process ends with code 0; for a line that cannot be understood it
 * ends with code 2, after one line that says what was wrong, what was expected, and which valid option is nearest. Run by `deno task`, it ends
 * when the task is killed; see {@link endWithTask}.
 */
export function commandLine(program: Program, line: readonly string[] = Deno.args): Arguments {
  endWithTask();
  try {
    const args = parse(program, line);
    if (!args.is("help")) return args;
    console.log(help(program));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`error: ${error.message}`);
    Deno.exit(2);
  }
  Deno.exit(0);
}

/** What is promised. Where that fails, the process ends with code 1 after its message, for a stack would only say where this program is. */
export async function orExit<T>(promised: Promise<T>): Promise<T> {
  try {
    return await promised;
  } catch (error) {
    console.error(`error: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
}
