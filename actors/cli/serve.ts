/**
 * What the commands that run until they are told to stop have in common.
 *
 * @module
 */

import type { Nanny } from "../cluster/mod.ts";
import { endWithTask } from "./end_with_task.ts";

/**
 * Starts a nanny's child and stays until SIGTERM or SIGINT, at which the child is asked to leave, or until the nanny gives up.
 * A second signal ends it at once.
 *
 * @param nanny What to run.
 * @param announce Says to the user that it is up.
 * @returns The exit code.
 */
export async function serve(
  nanny: Nanny,
  announce: (info: Readonly<Record<string, unknown>>) => void,
): Promise<number> {
  const signalled = Promise.withResolvers<void>();
  let signals = 0;
  const onSignal = (): void => {
    if (++signals > 1) Deno.exit(1); // Its child ends with it.
    signalled.resolve();
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) Deno.addSignalListener(signal, onSignal);
  endWithTask();
  const started = nanny.start();
  const up = await Promise.race([started, signalled.promise]);
  if (up !== undefined) {
    announce(up);
    const failure = await Promise.race([nanny.over, signalled.promise]);
    if (failure !== undefined) throw failure;
  }
  await nanny.stop();
  return 0;
}
