/**
 * Primitives that MessagePack alone cannot tell.
 *
 * @module
 */

import { ExtData } from "@msgpack/msgpack";
import { Ext } from "./format.ts";
import { carried, utf16 } from "./strings.ts";

const UNDEFINED = new ExtData(Ext.undefined, Uint8Array.of(0));
const MINUS_ZERO = new ExtData(Ext.minusZero, Uint8Array.of(0));

/** What stands for a primitive; all else stands for itself. */
export function primitive(v: unknown): unknown {
  switch (typeof v) {
    case "number":
      return v === 0 && 1 / v < 0 ? MINUS_ZERO : v;
    case "string":
      return carried(v) ? v : new ExtData(Ext.utf16, utf16(v));
    case "undefined":
      return UNDEFINED;
  }
  return v;
}

/** Whether an array holds primitives that MessagePack tells by itself, and nothing else. */
export function isSimple(v: readonly unknown[]): boolean {
  if (Object.getPrototypeOf(v) !== Array.prototype) return false;
  for (let i = 0; i < v.length; i++) {
    const e = v[i];
    switch (typeof e) {
      case "number":
        if (e === 0 && 1 / e < 0) return false;
        break;
      case "string":
        if (!carried(e)) return false;
        break;
      case "boolean":
      case "bigint":
        break;
      default:
        if (e !== null) return false;
    }
  }
  return true;
}
