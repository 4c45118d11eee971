/**
 * A command's options: said once, for parsing, for help, and for errors that name the nearest valid one.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { UsageError } from "./errors.ts";
import { nearest } from "../core/mod.ts";

/** One option of a command. */
export interface Option {
  /** Its value's name in the help; without one the option is a switch. */
  readonly value?: string;
  /** Whether it may be given several times. */
  readonly multiple?: boolean;
  /** For the help. */
  readonly help: string;
}

/** A command. */
export interface Command {
  /** Its name, as in `deno task NAME`. */
  readonly name: string;
  /** What it does, in a sentence or two. */
  readonly about: string;
  /** Names of its positional arguments; all have to be given. */
  readonly positionals: readonly string[];
  /** Its options by name. */
  readonly options: Readonly<Record<string, Option>>;
  /** Performs it; gives the exit code. */
  readonly run: (args: Arguments) => Promise<number>;
}

/** What a command was given. */
export class Arguments {
  /** The positional arguments. */
  readonly positionals: readonly string[];
  readonly #values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

  /** As `parseArgs` gives them. */
  constructor(
    positionals: readonly string[],
    values: Record<string, string | boolean | (string | boolean)[] | undefined>,
  ) {
    this.positionals = positionals;
    this.#values = values;
  }

  /** Whether a switch was given. */
  is(name: string): boolean {
    return this.#values[name] === true;
  }

  /** The value of an option. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  /** All values of an option; each may itself be a list with commas. */
  list(name: string): string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.flatMap((v) => String(v).split(",")).filter((v) => v !== "") : [];
  }

  /** The value of an option as an integer in a range. Throws {@link UsageError}. */
  integer(name: string, least: number, most: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new UsageError(`--${name}: expected an integer from ${least} to ${most}, got ${JSON.stringify(text)}`);
  }
}

/** Reads a command line. Throws {@link UsageError} with what was wrong, what was expected, and the nearest valid option. */
export function parse(command: Command, args: readonly string[]): Arguments {
  const options: Record<string, { type: "string" | "boolean"; multiple?: boolean }> = { help: { type: "boolean" } };
  for (const [name, option] of Object.entries(command.options)) {
    options[name] = { type: option.value === undefined ? "boolean" : "string", multiple: option.multiple ?? false };
  }
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true, allowPositionals: true });
  const given = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const option = options[token.name];
    if (option === undefined) {
      const meant = nearest(token.name, Object.keys(options));
      const hint = meant === undefined
        ? `expected one of ${Object.keys(options).map((n) => `--${n}`).join(", ")}`
        : `did you mean --${meant}?`;
      throw new UsageError(`${command.name}: unknown option ${token.rawName}; ${hint}`);
    }
    if (
      option.type === "string" && (token.value === undefined || (!token.inlineValue && token.value.startsWith("--")))
    ) {
      throw new UsageError(
        `${command.name}: --${token.name} needs a value: --${token.name} ${command.options[token.name].value}`,
      );
    }
    if (option.type === "boolean" && token.value !== undefined) {
      throw new UsageError(`${command.name}: --${token.name} takes no value, got ${JSON.stringify(token.value)}`);
    }
    if (given.has(token.name) && option.multiple !== true) {
      throw new UsageError(`${command.name}: --${token.name} is given twice`);
    }
    given.add(token.name);
  }
  const { values, positionals } = parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  if (values.help !== true && positionals.length !== command.positionals.length) {
    const expected = command.positionals.length === 0 ? "no arguments beside options" : command.positionals.join(" ");
    throw new UsageError(
      `${command.name}: expected ${expected}, got ${positionals.length === 0 ? "nothing" : positionals.join(" ")}`,
    );
  }
  return new Arguments(positionals, values as Record<string, string | boolean | (string | boolean)[] | undefined>);
}

/** The command's help. */
export function help(command: Command): string {
  const rows: [string, string][] = Object.entries(command.options).map(([name, option]) => [
    `--${name}${option.value === undefined ? "" : ` ${option.value}`}`,
    option.help,
  ]);
  rows.push(["--help", "Show this."]);
  const width = Math.max(...rows.map(([left]) => left.length));
  const usage = ["deno task", command.name, ...command.positionals, "[options]"].join(" ");
  return [`${usage}\n`, command.about, "", ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)].join(
    "\n",
  );
}
