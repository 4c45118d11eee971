/**
 * Puts references in the place of values that were scattered.
 *
 * @module
 */

import { referenceOf, toWire } from "../../actors/values/mod.ts";

/** How many values of a call's arguments are looked at before the search is given up. */
const MOST_LOOKED_AT = 2_000;

/**
 * Arguments with a stand-in wherever `find` knows one: at the top, and inside lists, plain objects, maps, sets and the fields of instances
 * (an estimator's parameters). What holds a stand-in is copied, all the rest is the same object as before. Instances that say themselves
 * what they are on the wire are not looked into.
 *
 * @param args A call's arguments. @param find The stand-in for a value, or undefined.
 */
export function substitute(args: readonly unknown[], find: (value: object) => object | undefined): readonly unknown[] {
  const copies = new Map<object, object>();
  let left = MOST_LOOKED_AT;

  function visit(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    const known = copies.get(value);
    if (known !== undefined) return known;
    const found = find(value);
    if (found !== undefined) {
      copies.set(value, found);
      return found;
    }
    copies.set(value, value);
    const copy = inside(value);
    if (copy !== value) copies.set(value, copy);
    return copy;
  }

  function inside(value: object): object {
    if (ArrayBuffer.isView(value) || value instanceof Error || referenceOf(value) !== undefined) return value;
    if (Array.isArray(value)) {
      // A list of numbers is data.
      if (typeof value[0] === "number" && typeof value.at(-1) === "number") return value;
      return entries(value, value.entries(), () => value.slice(), (copy, i, v) => copy[i] = v);
    }
    if (value instanceof Map) {
      return entries(value, value.entries(), () => new Map(value), (copy, k, v) => copy.set(k, v));
    }
    if (value instanceof Set) {
      const members = [...value];
      const copy = members.map(visit);
      return copy.every((v, i) => v === members[i]) ? value : new Set(copy);
    }
    if (toWire in value) return value;
    const shallow = () => Object.assign(Object.create(Object.getPrototypeOf(value)), value) as Record<string, unknown>;
    return entries(value, Object.entries(value), shallow, (copy, name, v) => copy[name] = v);
  }

  function entries<K, C extends object>(
    value: object,
    parts: Iterable<[K, unknown]>,
    copyOf: () => C,
    put: (copy: C, key: K, v: unknown) => void,
  ): object {
    let copy: C | undefined;
    for (const [key, part] of parts) {
      if (left-- <= 0) break;
      const other = visit(part);
      if (other !== part) put(copy ??= copyOf(), key, other);
    }
    return copy ?? value;
  }

  let out: unknown[] | undefined;
  args.forEach((arg, i) => {
    const other = visit(arg);
    if (other !== arg) (out ??= args.slice())[i] = other;
  });
  return out ?? args;
}
