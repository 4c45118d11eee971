/**
 * What an actor is: a mailbox with lanes, a behaviour, questions with deadlines, and supervision as data. Clock, ids and
 * randomness are handed in.
 *
 * @module
 */

export * from "./actor.ts";
export * from "./ask.ts";
export * from "./async_local.ts";
export * from "./child_spec.ts";
export * from "./errors.ts";
export * from "./ids.ts";
export * from "./lifeline.ts";
export * from "./mailbox.ts";
export * from "./names.ts";
export * from "./nearest.ts";
export * from "./origin.ts";
export * from "./ring.ts";
export * from "./supervisor.ts";
export * from "./unref_worker.ts";
