type Assert = typeof import("node:assert/strict");

/** node:assert, once {@linkcode loadAssert} has loaded it. */
export let assert: Assert;

/** Loads node:assert: not with the library, for it costs every thread 5 ms. */
export async function loadAssert(): Promise<void> {
  assert = (await import("node:assert/strict")).default;
}
