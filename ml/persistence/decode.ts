import { type ArrayData, type DType, NDArray, Table } from "../array/mod.ts";
import { BaseEstimator, type EstimatorClass, type Params } from "../base/mod.ts";
import { RandomState } from "../random/mod.ts";
import { didYouMean } from "../utils/mod.ts";
import { MalformedFileError } from "./errors.ts";
import { ALIGN, aligned, checkGap, type CodedObject, type Description, type RawArray, rawTypes } from "./format.ts";
import { isClass, type Known } from "./known.ts";

/** Reads the bytes of an array from its place among the arrays. */
export type ReadBytes = (place: number, into: Uint8Array) => void;

function refuse(what: string): never {
  throw new MalformedFileError(`the file is damaged or strange: ${what}`);
}

function check(truth: boolean, what: string): asserts truth {
  if (!truth) refuse(what);
}

const isNames = (x: unknown): x is string[] => Array.isArray(x) && x.every((k) => typeof k === "string");

/** Makes values of what a file says. Nothing of it is run: fields are stored, and known classes given to them. */
class Decoder {
  readonly #objects: readonly CodedObject[];
  readonly #made: unknown[];
  readonly #underWay = new Set<number>();
  readonly #known: Known;
  readonly #dataBytes: number;
  readonly #read: ReadBytes;
  readonly #crc: (bytes: Uint8Array) => number;
  #claimed = 0;

  constructor(
    objects: readonly CodedObject[],
    known: Known,
    dataBytes: number,
    read: ReadBytes,
    crc: (bytes: Uint8Array) => number,
  ) {
    this.#objects = objects;
    this.#made = new Array(objects.length);
    this.#known = known;
    this.#dataBytes = dataBytes;
    this.#read = read;
    this.#crc = crc;
  }

  value(v: unknown): unknown {
    if (v === null || typeof v === "boolean" || typeof v === "string") return v;
    if (typeof v === "number") return v;
    check(Array.isArray(v) && v.length >= 1, "a value is neither plain nor a list");
    const [tag, x] = v;
    switch (tag) {
      case "u":
        return undefined;
      case "n":
        check(["NaN", "Infinity", "-Infinity", "-0"].includes(x), "a number is spelt in no known way");
        return Number(x);
      case "b":
        check(typeof x === "string" && /^-?\d{1,400}$/.test(x), "a large integer is spelt in no known way");
        return BigInt(x);
      case "o":
        check(Number.isInteger(x) && x >= 0 && x < this.#objects.length, "a reference points nowhere");
        return this.#object(x);
      default:
        return refuse(`a value is of an unknown kind ${JSON.stringify(tag)?.slice(0, 40)}`);
    }
  }

  #object(k: number): unknown {
    if (this.#made[k] !== undefined) return this.#made[k];
    check(!this.#underWay.has(k), "an array or a table refers to itself");
    this.#underWay.add(k);
    const coded = this.#objects[k] as CodedObject;
    check(typeof coded === "object" && coded !== null && !Array.isArray(coded), "an object is described by no object");
    const made = this.#make(coded, (shell) => {
      this.#made[k] = shell;
      this.#underWay.delete(k);
    });
    this.#made[k] = made;
    this.#underWay.delete(k);
    return made;
  }

  /** Makes an object; `keep` is told of it before it is filled, for what it holds may refer back to it. */
  #make(coded: CodedObject, keep: (shell: object) => void): unknown {
    switch (coded.t) {
      case "list": {
        check(Array.isArray(coded.v), "a list has no elements");
        const list: unknown[] = [];
        keep(list);
        for (const v of coded.v) list.push(this.value(v));
        return list;
      }
      case "set": {
        check(Array.isArray(coded.v), "a set has no members");
        const set = new Set();
        keep(set);
        for (const v of coded.v) set.add(this.value(v));
        return set;
      }
      case "map": {
        check(Array.isArray(coded.k) && Array.isArray(coded.v) && coded.k.length === coded.v.length, "a map is uneven");
        const map = new Map();
        keep(map);
        coded.k.forEach((key, i) => map.set(this.value(key), this.value(coded.v[i])));
        return map;
      }
      case "object": {
        const out: Record<string, unknown> = {};
        keep(out);
        this.#fill(out, coded.k, coded.v);
        return out;
      }
      case "date":
        check(coded.v === "invalid" || typeof coded.v === "number", "a date is no number");
        return new Date(coded.v === "invalid" ? NaN : coded.v);
      case "regexp":
        check(typeof coded.v === "string" && typeof coded.f === "string", "a pattern is no text");
        return new RegExp(coded.v, coded.f);
      case "function": {
        const fn = this.#named(coded.c);
        return fn;
      }
      case "array":
        return this.#array(coded.d, coded.o, coded.n, coded.c);
      case "instance":
        return this.#instance(coded.c, coded.k, coded.v, keep);
      default:
        return refuse("an object is of an unknown kind");
    }
  }

  #named(name: unknown): unknown {
    check(typeof name === "string", "a name is no text");
    const found = this.#known.byName.get(name);
    if (found === undefined) {
      throw new MalformedFileError(
        `the file names ${JSON.stringify(name.slice(0, 80))}, which is not known here; if it is yours, name it in ` +
          `{ known: { … } }; ${didYouMean(name.slice(0, 80), [...this.#known.byName.keys()].filter(isLike(name)))}`,
      );
    }
    return found;
  }

  #array(d: unknown, o: unknown, n: unknown, sum: unknown): RawArray {
    const type = typeof d === "string" ? rawTypes[d] : undefined;
    check(type !== undefined, "an array is of an unknown kind");
    check(
      Number.isSafeInteger(o) && Number.isSafeInteger(n) && (o as number) >= 0 && (n as number) >= 0,
      "an array has no place",
    );
    const bytes = (n as number) * type.BYTES_PER_ELEMENT;
    const place = (o as number) * ALIGN;
    this.#claimed += bytes;
    // No two arrays may share bytes: a small file cannot ask for more memory than it has bytes.
    check(place + bytes <= this.#dataBytes && this.#claimed <= this.#dataBytes, "an array reaches beyond the file");
    const out = new type(n as number);
    const view = new Uint8Array(out.buffer as ArrayBuffer);
    this.#read(place, view);
    check(this.#crc(view) === sum, "the values of an array do not fit their checksum");
    const gap = new Uint8Array(Math.min(aligned(bytes) - bytes, this.#dataBytes - place - bytes));
    this.#read(place + bytes, gap);
    checkGap(gap);
    return out;
  }

  #fill(out: object, names: unknown, values: unknown): void {
    check(isNames(names) && Array.isArray(values) && names.length === values.length, "fields and values are uneven");
    names.forEach((name, i) => {
      check(name !== "__proto__" && !isMethod(out, name), "a field has a name that it may not have");
      const value = this.value(values[i]);
      // Whoever awaits an object with such a field calls it: load() itself would, to hand it over.
      check(name !== "then" || typeof value !== "function", "a field would be called where its object is awaited");
      // Defined, not assigned: no setter of any class runs.
      Object.defineProperty(out, name, {
        value,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    });
  }

  #instance(name: unknown, names: unknown, values: unknown, keep: (shell: object) => void): object {
    const cls = this.#named(name) as { prototype: object; new (...args: unknown[]): object };
    check(isClass(cls), `${name} is no class`);
    const kinds: unknown[] = [NDArray, Table, RandomState];
    if (kinds.includes(cls)) {
      const fields: Record<string, unknown> = {};
      this.#fill(fields, names, values);
      return rebuild(cls, fields);
    }
    const out = Object.create(cls.prototype);
    keep(out);
    this.#fill(out, names, values);
    if (cls.prototype instanceof BaseEstimator) completeParameters(out, cls as unknown as EstimatorClass);
    return out;
  }
}

/** Whether an instance's class has a method of that name, which a field would stand before. */
function isMethod(instance: object, name: string): boolean {
  for (let p = Object.getPrototypeOf(instance); p !== null && p !== Object.prototype; p = Object.getPrototypeOf(p)) {
    if (typeof Object.getOwnPropertyDescriptor(p, name)?.value === "function") return true;
  }
  return false;
}

const isLike = (name: string) => (other: string): boolean => other[0]?.toLowerCase() === name[0]?.toLowerCase();

/** Hyperparameters that came after the file was written stand at their defaults; foreign ones are refused. */
function completeParameters(out: object, cls: EstimatorClass): void {
  for (const [name, value] of Object.entries(cls.defaults)) {
    if (!Object.hasOwn(out, name)) (out as Params)[name] = value;
  }
}

/** Instances whose fields must fit each other are made by their constructors, which check it. */
function rebuild(cls: unknown, fields: Record<string, unknown>): object {
  try {
    if (cls === NDArray) {
      check(Array.isArray(fields.shape), "an array has no shape");
      return new NDArray(fields.data as ArrayData, fields.shape as number[], fields.dtype as DType);
    }
    if (cls === Table) {
      const { names, columns } = fields;
      check(isNames(names) && Array.isArray(columns) && names.length === columns.length, "a table is uneven");
      return new Table(names.map((name, j) => [name, columns[j]] as const), fields.named !== false);
    }
    const { key, pos, hasGauss, cachedGauss } = fields;
    check(
      key instanceof Int32Array && key.length === 624 && Number.isInteger(pos) && (pos as number) >= 0 &&
        (pos as number) <= 624 && typeof hasGauss === "boolean" && typeof cachedGauss === "number",
      "the state of a random generator is none",
    );
    const rng = new RandomState(0);
    rng.key.set(key);
    return Object.assign(rng, { pos, hasGauss, cachedGauss });
  } catch (error) {
    if (error instanceof MalformedFileError) throw error;
    throw new MalformedFileError(`the file is damaged or strange: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Makes the value that a file describes.
 *
 * @throws {MalformedFileError} when the description is not one, or names what is not known
 */
export function decode(
  description: unknown,
  known: Known,
  dataBytes: number,
  read: ReadBytes,
  crc: (bytes: Uint8Array) => number,
): unknown {
  check(typeof description === "object" && description !== null, "its description is none");
  const { root, objects } = description as Partial<Description>;
  check(Array.isArray(objects), "its description has no objects");
  try {
    return new Decoder(objects, known, dataBytes, read, crc).value(root);
  } catch (error) {
    if (error instanceof MalformedFileError) throw error;
    // Nested too deep for the stack, or a pattern that is none: whatever it is, the file is to blame.
    throw new MalformedFileError(`the file is damaged or strange: ${(error as Error).message}`, { cause: error });
  }
}
