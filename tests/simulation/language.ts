/**
 * The tiny language in which simulated tasks are written: a task's first argument says what it does, the others are its inputs, and its
 * result depends on nothing else. So an oracle can say what must come out.
 *
 * @module
 */

/** A value of the language. */
export type Value = number | string | { readonly h: number; readonly data: Float64Array };

/** What a value looks like: a number, a text, or an array of `size` float64 with a number. */
export type Form = "number" | "text" | "array";

/** What a task does. Plain data: it travels as the task's first argument. */
export interface Spec {
  /** "mix" folds its inputs; "nest" also submits children and waits for them; "actor" is an actor's constructor. */
  readonly op: "mix" | "nest" | "actor";
  readonly salt: number;
  readonly form: Form;
  /** Float64 numbers in an "array". */
  readonly size: number;
  /** Length of one execution, virtual ms. */
  readonly ms: number;
  /** How many of its executions throw, before the first that does not. */
  readonly fails: number;
  /** How many of its executions never end, before the first that does. */
  readonly stuck: number;
  /** Of a "nest": the tasks it submits; their inputs are children before them, or numbers. */
  readonly children: readonly TaskPlan[];
}

/** An input of a task. */
export type Input =
  | { readonly kind: "task"; readonly key: string }
  | { readonly kind: "data"; readonly slot: string }
  | { readonly kind: "literal"; readonly value: number };

/** What is said of a task beside its code and arguments; what is left out has its default. */
export interface OptionsPlan {
  readonly priority?: number;
  readonly retries?: number;
  readonly timeout?: number;
  readonly workers?: readonly string[];
  readonly allowOthers?: boolean;
  readonly resources?: Readonly<Record<string, number>>;
  readonly forget?: boolean;
  readonly restart?: "never" | "always";
  readonly intensity?: number;
}

/** A task, as a plan speaks of it. */
export interface TaskPlan {
  readonly key: string;
  readonly spec: Spec;
  readonly inputs: readonly Input[];
  readonly options: OptionsPlan;
}

/** Fails always. */
export const ALWAYS = 1_000_000;

/** A step of a 32-bit hash (the finalizer of MurmurHash3, public domain, by Austin Appleby). */
export function fold(h: number, x: number): number {
  h = Math.imul(h ^ x, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A number for any value of the language; every byte of the value counts. Throws TypeError for what is none. */
export function digest(value: unknown): number {
  if (typeof value === "number") return value >>> 0;
  if (typeof value === "string") {
    let h = 7;
    for (let i = 0; i < value.length; i++) h = fold(h, value.charCodeAt(i));
    return h;
  }
  if (typeof value === "object" && value !== null && "data" in value && "h" in value) {
    const { h, data } = value as { h: unknown; data: unknown };
    if (data instanceof Float64Array && typeof h === "number") {
      let d = fold(h, data.length);
      for (let i = 0; i < data.length; i++) d = (Math.imul(d, 31) + data[i]) >>> 0;
      return d;
    }
  }
  throw new TypeError(`not a value of the language: ${Deno.inspect(value, { depth: 1 })}`);
}

/** A value of a form, from a number. */
export function shape(h: number, form: Form, size: number): Value {
  if (form === "number") return h;
  if (form === "text") return `t${h.toString(36)}`;
  const data = new Float64Array(size);
  for (let i = 0; i < size; i++) data[i] = (h + i) % 65_521;
  return { h, data };
}

/** What a task gives, from the digests of its inputs and, for a "nest", of its children's results. */
export function result(spec: Spec, inputs: readonly number[], children: readonly number[]): Value {
  let h = fold(spec.salt, inputs.length);
  for (const d of inputs) h = fold(h, d);
  for (const d of children) h = fold(h, d);
  return shape(h, spec.form, spec.size);
}

/** What a task that is drawn to fail throws. */
export class DrawnError extends Error {
  override readonly name = "DrawnError";

  /** @param key The task that throws. */
  constructor(readonly key: string) {
    super(`${key} was drawn to fail`);
  }
}
