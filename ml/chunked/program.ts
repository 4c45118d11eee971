import { type ArrayData, type DType, DTypeError } from "../array/mod.ts";

/**
 * What is done to each element. Registers are numbered: first the inputs, then the steps' results. An argument that is negative, −1 − i, is
 * constant i.
 */
export interface Program {
  /** Kinds of the inputs' elements. */
  readonly types: readonly DType[];
  /** Numbers that steps use. */
  readonly constants: readonly number[];
  /** What is done, in order. The last result is the element. */
  readonly steps: readonly ProgramStep[];
}

/** One operation of a program. */
export interface ProgramStep {
  /** Which. */
  readonly op: string;
  /** The kind of its result. */
  readonly dtype: DType;
  /** What it is done to. */
  readonly args: readonly number[];
}

/** What operations are in JavaScript: of the names of their operands, an expression. */
const EXPRESSIONS: Readonly<Record<string, (a: string, b: string, c: string) => string>> = {
  cast: (a) => a,
  add: (a, b) => `(${a} + ${b})`,
  sub: (a, b) => `(${a} - ${b})`,
  mul: (a, b) => `(${a} * ${b})`,
  div: (a, b) => `(${a} / ${b})`,
  // As Python has it: rounded down, and the remainder has the divisor's sign.
  floorDivide: (a, b) => `Math.floor(${a} / ${b})`,
  mod: (a, b) => `mod(${a}, ${b})`,
  pow: (a, b) => `pow(${a}, ${b})`,
  minimum: (a, b) => `Math.min(${a}, ${b})`,
  maximum: (a, b) => `Math.max(${a}, ${b})`,
  neg: (a) => `(-${a})`,
  abs: (a) => `Math.abs(${a})`,
  sqrt: (a) => `Math.sqrt(${a})`,
  exp: (a) => `Math.exp(${a})`,
  expm1: (a) => `Math.expm1(${a})`,
  log: (a) => `Math.log(${a})`,
  log1p: (a) => `Math.log1p(${a})`,
  log2: (a) => `Math.log2(${a})`,
  log10: (a) => `Math.log10(${a})`,
  sin: (a) => `Math.sin(${a})`,
  cos: (a) => `Math.cos(${a})`,
  tan: (a) => `Math.tan(${a})`,
  tanh: (a) => `Math.tanh(${a})`,
  floor: (a) => `Math.floor(${a})`,
  ceil: (a) => `Math.ceil(${a})`,
  // To the even of two that are as near, as NumPy rounds.
  round: (a) => `round(${a})`,
  sign: (a) => `Math.sign(${a})`,
  isnan: (a) => `(${a} !== ${a})`,
  isfinite: (a) => `Number.isFinite(${a})`,
  eq: (a, b) => `(${a} === ${b})`,
  ne: (a, b) => `(${a} !== ${b})`,
  lt: (a, b) => `(${a} < ${b})`,
  le: (a, b) => `(${a} <= ${b})`,
  gt: (a, b) => `(${a} > ${b})`,
  ge: (a, b) => `(${a} >= ${b})`,
  and: (a, b) => `(${a} !== 0 && ${b} !== 0)`,
  or: (a, b) => `(${a} !== 0 || ${b} !== 0)`,
  not: (a) => `(${a} === 0)`,
  where: (a, b, c) => `(${a} !== 0 ? ${b} : ${c})`,
};

/** Functions that programs use. */
const helpers = {
  pow: (a: number, b: number): number => a === 1 || b === 0 ? 1 : a ** b,
  mod: (a: number, b: number): number => {
    const r = a % b;
    return r !== 0 && (r < 0) !== (b < 0) ? r + b : r;
  },
  round: (a: number): number => {
    const low = Math.floor(a), part = a - low;
    return part < 0.5 ? low : part > 0.5 ? low + 1 : low % 2 === 0 ? low : low + 1;
  },
};

/** The value of an expression in an element of a kind. */
function settled(dtype: DType, text: string): string {
  switch (dtype) {
    case "float64":
      return `+${text}`;
    case "float32":
      return `Math.fround(${text})`;
    case "int32":
      return `${text} | 0`;
    case "uint32":
      return `${text} >>> 0`;
    case "int16":
      return `${text} << 16 >> 16`;
    case "uint16":
      return `${text} & 65535`;
    case "int8":
      return `${text} << 24 >> 24`;
    case "uint8":
      return `${text} & 255`;
    case "int64":
      return `Math.trunc(${text})`;
    case "bool":
      return `${text} ? 1 : 0`;
    default:
      throw new DTypeError(`a program cannot make ${dtype}`);
  }
}

/** How an input is walked over: its data, the place of its first element, and the distance of its elements along two axes. */
export interface Walk {
  /** Its elements. */
  readonly data: ArrayData;
  /** The first. */
  readonly start: number;
  /** From one to the next along the outer axis. */
  readonly outer: number;
  /** From one to the next along the inner axis. */
  readonly inner: number;
}

/** A program as a loop: over `outer` × `inner` elements, written to `out` from `at` on. */
export type Loop = (outer: number, inner: number, out: ArrayData, at: number, walks: readonly Walk[]) => void;

const loops = new Map<string, Loop>();

/** How an input lies along the inner axis: one value for all, side by side, or at a distance. */
export type Lie = 0 | 1 | 2;

/** Which {@linkcode Lie} a distance is. */
export function lieOf(step: number): Lie {
  return step === 0 ? 0 : step === 1 ? 1 : 2;
}

/** A program as one loop, made once a thread, for inputs that lie so. The result is of the kind `to`. */
export function loopOf(program: Program, to: DType, lies: readonly Lie[]): Loop {
  const { types, constants, steps } = program;
  const key = JSON.stringify([types, constants.map(String), steps, to, lies]);
  const known = loops.get(key);
  if (known !== undefined) return known;
  const name = (i: number): string => {
    if (i >= 0) return `r${i}`;
    const value = constants[-1 - i];
    return value < 0 || Object.is(value, -0) ? `(${Object.is(value, -0) ? "-0" : value})` : String(value);
  };
  const head = types.map((_, i) =>
    `const w${i} = walks[${i}], d${i} = w${i}.data, s${i} = w${i}.inner, t${i} = w${i}.outer; let o${i} = w${i}.start;`
  );
  const read = (i: number): string => {
    const place = [`o${i}`, `o${i} + j`, `p${i}`][lies[i]];
    return `const r${i} = ${types[i] === "int64" ? `Number(d${i}[${place}])` : `d${i}[${place}]`};`;
  };
  const before = types.map((_, i) => lies[i] === 0 ? read(i) : lies[i] === 2 ? `let p${i} = o${i};` : "");
  const body = types.map((_, i) => lies[i] === 0 ? "" : read(i));
  for (const [i, { op, dtype, args }] of steps.entries()) {
    const expression = Object.hasOwn(EXPRESSIONS, op) ? EXPRESSIONS[op] : undefined;
    if (expression === undefined) throw new DTypeError(`no operation ${JSON.stringify(op)}`);
    const [a, b, c] = args.map(name);
    // Products of large integers wrap around, and a float64 has no room for what is cut off.
    const wraps = op === "mul" && (dtype === "int32" || dtype === "uint32");
    const text = wraps ? `Math.imul(${a}, ${b})` : expression(a, b, c);
    body.push(`const r${types.length + i} = ${settled(dtype, text)};`);
  }
  const last = `r${types.length + steps.length - 1}`;
  const value = to === "int64" ? `BigInt(${last})` : last;
  const text = `"use strict"; return function (outer, inner, out, at, walks) {
    ${head.join("\n")}
    for (let i = 0; i < outer; i++) {
      ${before.join("\n")}
      for (let j = 0; j < inner; j++) {
        ${body.join("\n")}
        out[at + j] = ${value};
        ${types.map((_, i) => lies[i] === 2 ? `p${i} += s${i};` : "").join(" ")}
      }
      at += inner;
      ${types.map((_, i) => `o${i} += t${i};`).join(" ")}
    }
  };`;
  const names = Object.keys(helpers);
  const loop = new Function(...names, text)(...Object.values(helpers)) as Loop;
  // A program that makes thousands of different ones must not fill the thread's memory with them.
  if (loops.size >= 256) loops.clear();
  loops.set(key, loop);
  return loop;
}
