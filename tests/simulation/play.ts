/**
 * One life of a cluster, from its beginning to rest and to nothing.
 *
 * @module
 */

import { type Plan, workOf } from "./plan.ts";
import { checkEmpty, checkOutcomes, checkViews, openBusiness } from "./rest.ts";
import { World } from "./world.ts";

/** After the last fault everything must come to rest in so many ms of virtual time, and in what the work itself takes. */
const REST_WITHIN = 120_000;
/** How often a lone, slow worker may have to do everything: threads that are stuck have its process started again. */
const TIMES = 4;
/** So long nothing may change before views are compared: the graces for clients that are gone, and for what nobody spoke of, are over. */
const QUIET = 9_000;
/** So long after the last client has gone everything must be forgotten: the graces for those who may come back are over. */
const FORGET_WITHIN = 15_000;

/** How a life went. */
export interface Played {
  readonly plan: Plan;
  /** The first thing that went wrong. */
  readonly failure: string | undefined;
  /** Stands for everything that happened, in order. */
  readonly hash: string;
  /** The event log, if it was asked for. */
  readonly log: readonly string[];
  /** Virtual ms. */
  readonly took: number;
  readonly events: number;
  readonly world: World;
}

/** Plays a plan. */
export async function play(plan: Plan, options: { log?: boolean } = {}): Promise<Played> {
  const world = new World(plan, options);
  try {
    world.begin();
    await world.run(world.planEnd + 1);
    world.heal();
    // Whoever is to come back comes back.
    await world.run(world.clock.now() + 2_000);
    for (const c of world.clients.values()) c.process.run(() => c.settle());
    const within = REST_WITHIN + TIMES * workOf(plan);
    const rested = await world.run(world.clock.now() + within, () => openBusiness(world).length === 0);
    if (world.failure === undefined && !rested) {
      world.wrong(
        `does not come to rest within ${(within / 1000).toFixed(0)} s: ${openBusiness(world).slice(0, 10).join("; ")}`,
      );
    }
    await world.run(world.clock.now() + QUIET);
    if (world.failure === undefined) checkOutcomes(world);
    if (world.failure === undefined) checkViews(world);
    const end = world.draw.split("end");
    for (const c of [...world.clients.values()]) {
      if (world.failure !== undefined) break;
      const how = end.pick(["leave", "die", "release"]);
      if (how === "release") c.process.run(() => c.releaseAll());
      else if (how === "leave") c.process.run(() => c.leave());
      else world.kill(c.plan.name);
    }
    await world.run(world.clock.now() + 1_000);
    for (const c of [...world.clients.values()]) c.process.run(() => c.leave());
    await world.run(world.clock.now() + FORGET_WITHIN);
    if (world.failure === undefined) checkEmpty(world);
  } catch (error) {
    world.wrong(`the simulation itself threw: ${(error as Error).stack}`);
  }
  world.end();
  return {
    plan,
    failure: world.failure,
    hash: world.journal.hash,
    log: world.journal.lines(),
    took: world.clock.now(),
    events: world.journal.count,
    world,
  };
}
