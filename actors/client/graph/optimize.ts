/**
 * What is sent of a graph: only what its outputs need, and calls that follow one another alone as one task.
 *
 * @module
 */

import type { GraphNode } from "./node.ts";

/** Most calls in one task: so that what is lost with a worker is not too long a way. */
const LONGEST = 64;

/** The calls that `outputs` need and that have yet to be made, each after those that it needs. */
export function cull(outputs: readonly GraphNode[]): GraphNode[] {
  const order: GraphNode[] = [];
  const seen = new Set<GraphNode>();
  // Depth first without recursion: a chain may be as long as it likes.
  const stack: GraphNode[] = [];
  const next: number[] = [];
  for (const output of outputs) {
    if (seen.has(output) || output.future !== undefined) continue;
    seen.add(output);
    stack.push(output);
    next.push(0);
    while (stack.length > 0) {
      const top = stack.length - 1;
      const node = stack[top];
      if (next[top] === node.inputs.length) {
        order.push(node);
        stack.pop();
        next.pop();
        continue;
      }
      const input = node.inputs[next[top]++];
      if (seen.has(input) || input.future !== undefined) continue;
      seen.add(input);
      stack.push(input);
      next.push(0);
    }
  }
  return order;
}

/**
 * Joins calls to chains: a call goes with the only one that uses it, if that uses nothing else that is still to be made, is submitted with
 * the same options, and neither is an output itself but the last.
 *
 * @param order As {@link cull} gives it.
 * @param outputs What shall exist on the cluster in the end.
 * @returns Chains in an order in which they can be submitted; each a list of calls, the last of which names the task.
 */
export function fuse(order: readonly GraphNode[], outputs: readonly GraphNode[]): GraphNode[][] {
  const users = new Map<GraphNode, number>();
  for (const node of order) {
    for (const input of node.inputs) users.set(input, (users.get(input) ?? 0) + 1);
  }
  const kept = new Set(outputs);
  const chains = new Map<GraphNode, GraphNode[]>();
  for (const node of order) {
    let chain: GraphNode[] | undefined;
    if (node.inputs.length === 1) {
      const [input] = node.inputs;
      const before = chains.get(input);
      if (
        before !== undefined && users.get(input) === 1 && !kept.has(input) && input.client === node.client &&
        before.length < LONGEST
      ) {
        chains.delete(input);
        chain = before;
        chain.push(node);
      }
    }
    chains.set(node, chain ?? [node]);
  }
  return [...chains.values()];
}
