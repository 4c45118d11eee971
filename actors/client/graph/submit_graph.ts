/**
 * From a graph to tasks.
 *
 * @module
 */

import type { ClientTask } from "../client_task.ts";
import type { ClientCore } from "../core.ts";
import type { Future } from "../future.ts";
import { performChain, type Step } from "./chain.ts";
import { type GraphNode, withHoles } from "./node.ts";
import { cull, fuse } from "./optimize.ts";

/** What submitting needs of the client. */
export interface GraphSubmitting {
  readonly core: ClientCore;
  /** Whether a call's client is of this cluster. */
  isOurs(node: GraphNode): boolean;
  /** Submits one call as the task of that key. */
  // deno-lint-ignore ban-types
  submit(node: GraphNode, fn: Function, args: readonly unknown[]): ClientTask;
  /** Futures of tasks. */
  futures(tasks: readonly ClientTask[]): Future<unknown>[];
}

/**
 * Submits all that `outputs` need, and lets go of all but the outputs: what lies between stays on the workers for as long as it is needed there.
 *
 * @returns A future of each output.
 * @throws {TypeError} when some of them are another cluster's; then nothing is submitted
 */
export function submitGraph(
  { core, isOurs, submit, futures }: GraphSubmitting,
  outputs: readonly GraphNode[],
): Future<unknown>[] {
  const order = cull(outputs);
  const check = (node: GraphNode): void => {
    if (!isOurs(node)) throw new TypeError(`${node.key} was delayed by a client of another cluster`);
  };
  for (const output of outputs) check(output);
  for (const { inputs } of order) for (const input of inputs) check(input);
  const tasks = new Map<GraphNode, ClientTask>();
  try {
    for (const chain of fuse(order, outputs)) {
      const last = chain[chain.length - 1];
      const task = chain.length === 1 ? submit(last, last.fn, last.args) : submit(last, performChain, [stepsOf(chain)]);
      task.handles++;
      tasks.set(last, task);
      last.submitted = true;
    }
    const fresh = [...new Set(outputs)].filter((node) => node.future === undefined);
    const made = futures(fresh.map((node) => tasks.get(node)!));
    const byNode = new Map(fresh.map((node, i) => [node, made[i]]));
    return outputs.map((node) => node.future ?? byNode.get(node)!);
  } finally {
    for (const [node, task] of tasks) {
      node.submitted = false;
      core.letGo(task);
    }
  }
}

function stepsOf(chain: readonly GraphNode[]): Step[] {
  return chain.map(({ fn, args, places }, i) =>
    i === 0 ? { fn, args, holes: [] } : { fn, args: withHoles(args, places[0]), holes: places[0] }
  );
}
