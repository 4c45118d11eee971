/**
 * Sets that are nearly always empty or hold one element: nothing, the element itself, an array, and only from
 * {@link MANY} elements on a real Set. A task has one client and one holder; a broadcast value has a thousand.
 *
 * @module
 */

/** A small set of objects. Arrays and Sets in it belong to it: change it only through the functions here. */
export type Few<T extends object> = null | T | T[] | Set<T>;

/** From how many elements on a Set is used. */
const MANY = 12;

/** Whether `item` is in it. */
export function fewHas<T extends object>(few: Few<T>, item: T): boolean {
  if (few === null) return false;
  if (few === item) return true;
  if (few instanceof Set) return few.has(item);
  return Array.isArray(few) && few.includes(item);
}

/** With `item` in it; the set given is used up. */
export function fewAdd<T extends object>(few: Few<T>, item: T): Few<T> {
  if (few === null) return item;
  if (few instanceof Set) return few.add(item);
  if (Array.isArray(few)) {
    if (few.includes(item)) return few;
    if (few.length >= MANY) return new Set(few).add(item);
    few.push(item);
    return few;
  }
  return few === item ? few : [few, item];
}

/** Without `item`; the set given is used up. */
export function fewDelete<T extends object>(few: Few<T>, item: T): Few<T> {
  if (few === null || few === item) return null;
  if (few instanceof Set) {
    few.delete(item);
    return few.size > MANY / 2 ? few : fewOf([...few]);
  }
  if (!Array.isArray(few)) return few;
  const at = few.indexOf(item);
  if (at < 0) return few;
  few.splice(at, 1);
  return fewOf(few);
}

function fewOf<T extends object>(items: T[]): Few<T> {
  return items.length === 0 ? null : items.length === 1 ? items[0] : items;
}

/** How many are in it. */
export function fewSize<T extends object>(few: Few<T>): number {
  if (few === null) return 0;
  if (few instanceof Set) return few.size;
  return Array.isArray(few) ? few.length : 1;
}

/** The one that was put in first. */
export function fewFirst<T extends object>(few: Few<T>): T | null {
  if (few === null) return null;
  if (few instanceof Set) return few.values().next().value!;
  return Array.isArray(few) ? few[0] : few;
}

/** A copy as an array, in order of insertion. */
export function fewList<T extends object>(few: Few<T>): T[] {
  if (few === null) return [];
  if (few instanceof Set) return [...few];
  return Array.isArray(few) ? few.slice() : [few];
}
