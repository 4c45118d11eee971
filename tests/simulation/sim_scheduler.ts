/**
 * A simulated scheduler process.
 *
 * @module
 */

import { Scheduler } from "../../actors/scheduler/scheduler.ts";
import { SimProcess } from "./sim_process.ts";
import { SCHEDULER_ADDRESS, type SimRole, type World } from "./world.ts";

/** A life of the scheduler. */
export class SimScheduler implements SimRole {
  readonly process: SimProcess;
  readonly scheduler: Scheduler;

  constructor(world: World, incarnation: string) {
    this.process = new SimProcess(world, "scheduler", incarnation);
    const endpoint = this.process.endpoint("scheduler");
    // In memory an address is taken at once.
    endpoint.bind(SCHEDULER_ADDRESS).catch((error) => world.threw(this.process, error));
    const random = world.draw.split(incarnation).random;
    this.scheduler = new Scheduler({
      endpoint,
      clock: this.process.clock,
      random,
      options: { logSize: 4096, leastWaste: 300 },
    });
  }

  validate(): void {
    this.scheduler.validate();
  }
}
