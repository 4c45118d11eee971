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
  /** Its value is an integer, from the first to the second. */
  readonly integer?: readonly [number, number];
  /** Its value is one of these; several of them with commas where it may be given several times. */
  readonly choices?: readonly string[];
  /** Throws for a value that cannot be; the option's name is put before what it says. */
  readonly check?: (text: string) => unknown;
  /** Another option without which it is of no use. */
  readonly needs?: string;
  /** For the help. */
  readonly help: string;
}

/** What a program takes on its command line. */
export interface Program {
  /** Its name, which stands before what is said of its command line. */
  readonly name: string;
  /** How it is started, without its arguments. Default: `deno task NAME`. */
  readonly start?: string;
  /** What it does, in a sentence or two. */
  readonly about: string;
  /** Names of its positional arguments; all have to be given, but those in square brackets. */
  readonly positionals: readonly string[];
  /** For each positional argument, what throws where it cannot be; its name is put before what that says. */
  readonly checks?: readonly ((text: string) => unknown)[];
  /** Its options by name. */
  readonly options: Readonly<Record<string, Option>>;
}

/** A command of several in one program. */
export interface Command extends Program {
  /** Performs it; gives the exit code. */
  readonly run: (args: Arguments) => Promise<number>;
}

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** What a command was given, checked. */
export class Arguments {
  /** The positional arguments. */
  readonly positionals: readonly string[];
  readonly #values: Values;

  /** As `parseArgs` gives them. */
  constructor(positionals: readonly string[], values: Values) {
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

  /** The value of an option that is a number. */
  number(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : Number(text);
  }
}

/** Reads a command line. Throws {@link UsageError} with what was wrong, what was expected, and the nearest valid option. */
export function parse(program: Program, args: readonly string[]): Arguments {
  const options: Record<string, { type: "string" | "boolean"; multiple?: boolean }> = { help: { type: "boolean" } };
  for (const [name, option] of Object.entries(program.options)) {
    options[name] = { type: option.value === undefined ? "boolean" : "string", multiple: option.multiple ?? false };
  }
  const { tokens, values, positionals } = parseArgs({
    args: [...args],
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const given = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (option === undefined) {
      const meant = nearest(token.name, Object.keys(options));
      const hint = meant === undefined
        ? `expected one of ${Object.keys(options).map((n) => `--${n}`).join(", ")}`
        : `did you mean --${meant}?`;
      throw new UsageError(`${program.name}: unknown option ${token.rawName}; ${hint}`);
    }
    if (
      option.type === "string" && (token.value === undefined || (!token.inlineValue && token.value.startsWith("--")))
    ) {
      throw new UsageError(
        `${program.name}: --${token.name} needs a value: --${token.name} ${program.options[token.name].value}`,
      );
    }
    if (option.type === "boolean" && token.value !== undefined) {
      throw new UsageError(`${program.name}: --${token.name} takes no value, got ${JSON.stringify(token.value)}`);
    }
    if (given.has(token.name) && option.multiple !== true) {
      throw new UsageError(`${program.name}: --${token.name} is given twice`);
    }
    given.add(token.name);
  }
  const read = new Arguments(positionals, values as Values);
  if (read.is("help")) return read;
  const least = program.positionals.filter((name) => !name.startsWith("[")).length;
  if (positionals.length < least || positionals.length > program.positionals.length) {
    const expected = program.positionals.length === 0 ? "no arguments beside options" : program.positionals.join(" ");
    throw new UsageError(
      `${program.name}: expected ${expected}, got ${positionals.length === 0 ? "nothing" : positionals.join(" ")}`,
    );
  }
  positionals.forEach((text, i) => checkWith(program.checks?.[i], program.positionals[i].replace(/[[\]]/g, ""), text));
  for (const [name, option] of Object.entries(program.options)) {
    const text = read.text(name);
    if (option.needs !== undefined && given.has(name) && !given.has(option.needs)) {
      throw new UsageError(`${program.name}: --${name} is of use with --${option.needs} only`);
    }
    for (const value of option.multiple ? read.list(name) : text === undefined ? [] : [text]) {
      checkValue(name, option, value);
    }
  }
  return read;
}

function checkValue(name: string, { integer, choices, check }: Option, text: string): void {
  if (integer !== undefined) {
    const [least, most] = integer, value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!(value >= least && value <= most)) {
      throw new UsageError(`--${name}: expected an integer from ${least} to ${most}, got ${JSON.stringify(text)}`);
    }
  }
  if (choices !== undefined && !choices.includes(text)) {
    const meant = nearest(text, choices);
    const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
    throw new UsageError(`--${name}: expected one of ${choices.join(", ")}, got ${JSON.stringify(text)}${hint}`);
  }
  checkWith(check, `--${name}`, text);
}

function checkWith(check: Option["check"], name: string, text: string): void {
  try {
    check?.(text);
  } catch (error) {
    throw new UsageError(`${name}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

/** The program's help. */
export function help(program: Program): string {
  const rows: [string, string][] = Object.entries(program.options).map(([name, option]) => [
    `--${name}${option.value === undefined ? "" : ` ${option.value}`}`,
    option.help,
  ]);
  rows.push(["--help", "Show this."]);
  const width = Math.max(...rows.map(([left]) => left.length));
  const usage = [program.start ?? `deno task ${program.name}`, ...program.positionals, "[options]"].join(" ");
  return [
    `Usage: ${usage}\n`,
    program.about,
    "",
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right.replaceAll("\n", `\n${" ".repeat(width + 4)}`)}`),
  ].join("\n");
}
