/**
 * What a client has yet to do before it leaves.
 *
 * @module
 */

import type { Client } from "./client.ts";
import type { ClientTask } from "./client_task.ts";
import type { ClientCore } from "./core.ts";
import type { Shared } from "./shared.ts";

/** Milliseconds that data may take to arrive at a worker after its client was told to leave. */
const LAST_WAYS = 10_000;

/** Run when a client is closed. */
export const closedListeners: WeakMap<Client, () => void> = new WeakMap();

/** Closes a client, and ends what belongs to it. */
export async function leaveCluster({ base, core, closed }: Shared): Promise<void> {
  closedListeners.get(base)?.();
  await firedAreTold(core);
  // Where the cluster ends with it nobody need let go of what it wanted first.
  await core.close(closed === undefined);
  await closed?.();
}

/** Ends when the scheduler was told of all that was fired and forgotten: some of it may wait for arguments that are on their way to a worker. */
async function firedAreTold(core: ClientCore): Promise<void> {
  const { machine } = core;
  const untold = (t: ClientTask): boolean => t.call !== undefined && t.call.options.forget && !t.sent;
  core.flush();
  const tasks = [...machine.tasks.values()];
  if (machine.ended !== undefined || !tasks.some((t) => untold(t) && t.state === "pending")) return;
  const data = tasks.filter((t) => t.kind === "data" && t.state === "pending");
  const idle = core.awaited.busy();
  await new Promise<void>((resolve) => {
    const timer = core.clock.after(LAST_WAYS, resolve);
    let left = data.length;
    const one = (): void => {
      if (--left > 0) return;
      timer.cancel();
      resolve();
    };
    for (const t of data) core.watch(t, one);
    if (left === 0) one();
  }).finally(idle);
}
