/**
 * A call that has not been submitted yet, and what it is made from.
 *
 * @module
 */

import type { Client } from "../client.ts";
import type { Future } from "../future.ts";

/** A place in nested arguments: keys from the outside in. */
export type Place = readonly (string | number)[];

/** One call of a graph. */
export interface GraphNode {
  readonly key: string;
  // deno-lint-ignore ban-types
  readonly fn: Function;
  readonly args: readonly unknown[];
  /** The calls among its arguments, each once. */
  readonly inputs: readonly GraphNode[];
  /** Where in `args` they stand: `places[i]` those of `inputs[i]`. */
  readonly places: readonly (readonly Place[])[];
  /** Whose options it is submitted with. */
  readonly client: Client;
  /** Its result, once it has been persisted, as long as that is held. */
  future: Future<unknown> | undefined;
  /** Whether the cluster knows its key now. */
  submitted: boolean;
}

/** Most levels of arrays and objects that are looked into for delayed values, as for futures. */
const DEEPEST = 32;

/** Finds the delayed values in arguments. `nodeOf` gives the call behind a value that is one. */
export function findInputs(
  args: readonly unknown[],
  nodeOf: (value: object) => GraphNode | undefined,
): { inputs: GraphNode[]; places: Place[][] } {
  const inputs: GraphNode[] = [], places: Place[][] = [];
  const look = (value: unknown, place: Place): void => {
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
    const node = nodeOf(value);
    if (node !== undefined) {
      const at = inputs.indexOf(node);
      if (at >= 0) places[at].push(place);
      else {
        inputs.push(node);
        places.push([place]);
      }
      return;
    }
    if (place.length > DEEPEST) return;
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) {
        if (typeof value[i] === "object" && value[i] !== null) look(value[i], [...place, i]);
      }
    } else if (isPlain(value)) {
      for (const [name, inner] of Object.entries(value)) {
        if (typeof inner === "object" && inner !== null) look(inner, [...place, name]);
      }
    }
  };
  for (let i = 0; i < args.length; i++) look(args[i], [i]);
  return { inputs, places };
}

/** `args` with nothing at the places, copied as far as the places reach. */
export function withHoles(args: readonly unknown[], places: readonly Place[]): unknown[] {
  const copy = [...args];
  for (const place of places) {
    let at = copy as unknown as Record<string | number, unknown>;
    for (let i = 0; i + 1 < place.length; i++) {
      const inner = at[place[i]];
      at = at[place[i]] = (Array.isArray(inner) ? [...inner] : { ...inner as object }) as Record<string, unknown>;
    }
    at[place[place.length - 1]] = null;
  }
  return copy;
}

function isPlain(value: object): boolean {
  const proto = Object.getPrototypeOf(value);
  return proto === Object.prototype || proto === null;
}

/** Whether there is a call that has yet to be made and that more than one of the outputs needs. */
export function outputsShare(outputs: readonly GraphNode[]): boolean {
  const owners = new Map<GraphNode, number>();
  const stack: GraphNode[] = [];
  for (let i = 0; i < outputs.length; i++) {
    stack.push(outputs[i]);
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (node.future !== undefined) continue;
      const owner = owners.get(node);
      if (owner === i) continue;
      if (owner !== undefined) return true;
      owners.set(node, i);
      for (const input of node.inputs) stack.push(input);
    }
  }
  return false;
}
