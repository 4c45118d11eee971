/**
 * What can be said of a task beside its function and arguments.
 *
 * @module
 */

import { checkNames } from "../core/mod.ts";
import type { TaskOptions } from "./client_task.ts";

/** Options of tasks and actors; see {@link Client.with}. */
export interface CallOptions {
  /** Higher goes first. Default 0. */
  readonly priority?: number;
  /** How many times a task that threw is tried again. Default 0. */
  readonly retries?: number;
  /** Milliseconds of execution after which a task fails. Default: none. */
  readonly timeout?: number;
  /** Names of the workers it may run on. Default: any. */
  readonly workers?: readonly string[] | string;
  /** Whether others will do when none of `workers` is there. Default false. */
  readonly allowOthers?: boolean;
  /** Abstract resources that it holds while it runs, such as `{ GPU: 1 }`; workers say what they have. */
  readonly resources?: Readonly<Record<string, number>>;
  /** The task's key. Same key means same task: submitted twice, it is performed once. */
  readonly key?: string;
  /** The function gives the same for the same arguments: its key is made of both, so that it is performed once. Default false. */
  readonly pure?: boolean;
  /** It runs though nobody holds its future. Default false. */
  readonly forget?: boolean;
  /** For actors: `"always"` constructs it again, elsewhere, when its worker dies. Default `"never"`. */
  readonly restart?: "never" | "always";
  /** For actors: at most so many restarts in `period`. Default 3. */
  readonly intensity?: number;
  /** Milliseconds; see `intensity`. Default 60,000. */
  readonly period?: number;
}

const NAMES: readonly (keyof CallOptions)[] = [
  "priority",
  "retries",
  "timeout",
  "workers",
  "allowOthers",
  "resources",
  "key",
  "pure",
  "forget",
  "restart",
  "intensity",
  "period",
];

/** Options checked and as they travel, once for each set of them: tasks that share them share the object. */
export class Options {
  readonly given: CallOptions;
  readonly task: TaskOptions;
  readonly actor: TaskOptions;

  /** @throws {TypeError} or {RangeError} for what cannot be. */
  constructor(given: CallOptions = {}) {
    this.given = given;
    checkNames("Client.with()", given, NAMES);
    const base: TaskOptions = {
      kind: "task",
      priority: number("priority", given.priority ?? 0, -Infinity),
      retries: integer("retries", given.retries ?? 0),
      timeout: given.timeout === undefined || given.timeout === Infinity ? null : number("timeout", given.timeout, 0),
      workers: typeof given.workers === "string" ? [given.workers] : [...given.workers ?? []],
      allowOthers: given.allowOthers ?? false,
      resources: resources(given.resources ?? {}),
      forget: given.forget ?? false,
      restart: given.restart ?? "never",
      intensity: integer("intensity", given.intensity ?? 3),
      period: number("period", given.period ?? 60_000, 0),
    };
    if (base.restart !== "never" && base.restart !== "always") {
      throw new TypeError(`restart: expected "never" or "always", got ${JSON.stringify(base.restart)}`);
    }
    if (given.key !== undefined) checkKey(given.key);
    this.task = base;
    this.actor = { ...base, kind: "actor" };
  }
}

/** @throws {TypeError} for what is no key. */
export function checkKey(key: unknown): void {
  if (typeof key !== "string" || key === "" || key.includes("\n")) {
    throw new TypeError(`key: expected a string that is not empty and has no line feed, got ${JSON.stringify(key)}`);
  }
}

function number(name: string, value: unknown, least: number): number {
  if (typeof value !== "number" || !Number.isFinite(value) || value < least) {
    throw new RangeError(
      `${name}: expected a finite number${least === 0 ? " that is not negative" : ""}, got ${value}`,
    );
  }
  return value;
}

function integer(name: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new RangeError(`${name}: expected a non-negative integer, got ${value}`);
  }
  return value as number;
}

function resources(given: Readonly<Record<string, number>>): Record<string, number> {
  const out: Record<string, number> = {};
  for (const [name, amount] of Object.entries(given)) out[name] = number(`resources.${name}`, amount, 0);
  return out;
}
