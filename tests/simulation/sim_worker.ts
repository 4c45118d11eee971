/**
 * A simulated worker process.
 *
 * @module
 */

import { heapArenas, Rooms, Store, Worker } from "../../actors/worker/mod.ts";
import type { TaskPlan } from "./language.ts";
import type { WorkerPlan } from "./plan.ts";
import { NestedClient } from "./sim_client.ts";
import { SimExecutor, type TaskClient } from "./sim_executor.ts";
import { SimDisk } from "./sim_disk.ts";
import { SimProcess } from "./sim_process.ts";
import { SCHEDULER_ADDRESS, type SimRole, type World } from "./world.ts";

/** Longer than any life. */
const NEVER = 10_000_000;

/** A life of a worker. */
export class SimWorker implements SimRole {
  readonly process: SimProcess;
  readonly worker: Worker;
  readonly store: Store;
  readonly executor: SimExecutor;
  readonly address: string;
  /** Whether its process is about to end by itself. */
  ending = false;
  /** The client of its tasks, once one asked for it. */
  nested: NestedClient | undefined;

  /** @param ended Called when the process ends by itself; `renew` when its nanny is to start it again. */
  constructor(
    world: World,
    readonly plan: WorkerPlan,
    incarnation: string,
    ended: (why: string, renew: boolean) => void,
  ) {
    const { name } = plan;
    this.process = new SimProcess(world, name, incarnation);
    this.store = new Store({ memoryLimit: plan.memoryLimit, arenas: heapArenas });
    const rooms = new Rooms(this.store);
    const endpoint = this.process.endpoint("worker", rooms.reserve);
    this.address = `memory://${name}.${incarnation}`;
    endpoint.bind(this.address).catch((error) => world.threw(this.process, error));
    const { clock } = this.process;
    const client: TaskClient = {
      perform: (tasks: readonly TaskPlan[], then) => {
        this.nested ??= new NestedClient(world, this.process, `${name}.${incarnation}.in`);
        this.nested.perform(tasks, then);
      },
    };
    this.executor = new SimExecutor({ threads: plan.threads, clock, slowness: plan.slowness, witness: world, client });
    this.worker = new Worker({
      name,
      scheduler: SCHEDULER_ADDRESS,
      endpoint,
      address: this.address,
      clock,
      executor: this.executor,
      store: this.store,
      rooms,
      disk: plan.disk ? new SimDisk(clock) : undefined,
      spillAt: plan.memoryLimit / 2,
      leastSpilled: 256,
      leastTogether: 8,
      resources: plan.resources,
      giveUpAfter: NEVER,
    });
    void this.worker.ended.then(async (end) => {
      this.ending = true;
      await this.worker.close();
      if (this.process.alive) ended(end.reason, end.renew);
    });
  }

  /** Asks it to leave in good order, as SIGTERM does. */
  retire(): void {
    this.process.run(() => this.worker.leave("it was asked to leave"));
  }

  validate(): void {
    this.worker.validate();
    this.nested?.validate();
  }
}
