/**
 * The entry of a scheduler's process. See core/lifeline.ts for what passes between it and its nanny.
 *
 * @module
 */

import { holdForMessages, loadKeys, openEndpoint, randomToken, realClock, realRandom } from "../../transport/mod.ts";
import { idsFrom, openLifeline } from "../core/mod.ts";
import { checkSchedulerConfig, type SchedulerConfig } from "./config.ts";
import { Scheduler } from "./scheduler.ts";

/** How long a wait for the next message may hold up timers, in ms. */
const PATIENCE = 1;
/** How long workers and clients have to hear that it ends, in ms. */
const FAREWELL = 2000;

let leave: () => Promise<void> = () => Promise.resolve();
const lifeline = openLifeline<SchedulerConfig>(realClock, () => leave());

async function start(): Promise<string> {
  const config = checkSchedulerConfig(lifeline.config);
  const keys = config.keys == null ? undefined : await loadKeys(config.keys);
  const ids = idsFrom(randomToken());
  const endpoint = await openEndpoint({
    self: { role: "scheduler", name: "scheduler", incarnation: ids.next("i") },
    clock: realClock,
    keys,
    insecure: config.insecure,
  });
  holdForMessages(PATIENCE);
  // It listens before it is reachable, so that nobody is missed.
  const scheduler = new Scheduler({ endpoint, clock: realClock, ids, random: realRandom });
  leave = async () => {
    scheduler.close("it was asked to end", true);
    await endpoint.end(FAREWELL);
  };
  return await endpoint.bind(config.address);
}

await start().then(
  (address) => lifeline.ready({ address }),
  (error) => lifeline.refuse(error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
);
