/**
 * A graph as Graphviz draws it.
 *
 * @module
 */

import type { GraphNode } from "./node.ts";

/** The DOT text of a graph: results as boxes, calls as ellipses. */
export function toDot(order: readonly GraphNode[]): string {
  const number = new Map<GraphNode, number>();
  const numberOf = (node: GraphNode): number => {
    let n = number.get(node);
    if (n === undefined) number.set(node, n = number.size);
    return n;
  };
  const lines = ["digraph {", "  rankdir=BT;", "  node [fontname=sans];"];
  for (const node of order) {
    const n = numberOf(node);
    lines.push(`  ${n} [label=${JSON.stringify(node.fn.name || "call")}, tooltip=${JSON.stringify(node.key)}];`);
    for (const input of node.inputs) {
      if (input.future !== undefined && !number.has(input)) {
        lines.push(`  ${numberOf(input)} [label=${JSON.stringify(input.key)}, shape=box, style=filled];`);
      }
      lines.push(`  ${numberOf(input)} -> ${n};`);
    }
  }
  return [...lines, "}", ""].join("\n");
}
