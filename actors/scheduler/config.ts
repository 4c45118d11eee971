/**
 * What a scheduler's process is told on stdin.
 *
 * @module
 */

import type { ChildConfig } from "../core/mod.ts";
import { SchedulerConfigError } from "./errors.ts";

/** The configuration of a scheduler's process. */
export interface SchedulerConfig extends ChildConfig {
  /** Where it listens, such as `tcp://127.0.0.1:8786`. */
  readonly address: string;
  /** Folder of keys, as made by `deno task keys DIR`. */
  readonly keys?: string | null;
  /** Listen beyond this machine without keys. */
  readonly insecure?: boolean;
}

/** Checks it. Throws {@link SchedulerConfigError} with the field and what was expected. */
export function checkSchedulerConfig(config: SchedulerConfig): SchedulerConfig {
  const wrong = (field: string, expected: string, got: unknown): never => {
    throw new SchedulerConfigError(`scheduler config: ${field}: expected ${expected}, got ${JSON.stringify(got)}`);
  };
  if (typeof config !== "object" || config === null) wrong("config", "an object", config);
  if (typeof config.address !== "string") wrong("address", "an address such as tcp://127.0.0.1:8786", config.address);
  if (config.keys != null && typeof config.keys !== "string") wrong("keys", "a folder's path or null", config.keys);
  if (config.insecure !== undefined && typeof config.insecure !== "boolean") {
    wrong("insecure", "true or false", config.insecure);
  }
  return config;
}
