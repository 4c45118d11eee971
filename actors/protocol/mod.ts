/**
 * Every message between roles, typed and checked by one schema.
 *
 * @module
 */

export * from "./introduced.ts";
export * from "./kinds.ts";
export * from "./replaced.ts";
export * from "./schema.ts";
export * from "./tasks.ts";
export * from "./vocabularies.ts";
