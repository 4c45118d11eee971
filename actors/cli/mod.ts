/**
 * Command lines: what a program takes, in one place for parsing, help and errors.
 *
 * @module
 */

export { commandLine, orExit } from "./command_line.ts";
export { endWithTask } from "./end_with_task.ts";
export { UsageError } from "./errors.ts";
export { checkAddress } from "./host.ts";
export { Arguments, type Command, help, type Option, parse, type Program } from "./options.ts";
