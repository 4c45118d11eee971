/**
 * The scheduler: it decides which worker does what and when, and knows where every value is.
 *
 * @module
 */

export * from "./errors.ts";
export type { SchedulerEvent, SchedulerInstruction } from "./events.ts";
export type { SchedulerLogEntry } from "./log.ts";
export type { SchedulerOptions } from "./options.ts";
export { Scheduler, type SchedulerParts } from "./scheduler.ts";
export type { SchedulerConfig } from "./config.ts";
export { SchedulerState } from "./state.ts";
export { STATE_NAMES, type StateName, TASK_TRANSITIONS } from "./transitions.ts";
