import assert from "node:assert/strict";
import { Awaited } from "../../../actors/client/awaited.ts";
import type { Endpoint } from "../../../transport/mod.ts";

/** What of an endpoint this is about: whether it keeps the process alive. */
function referenced() {
  const state = { alive: true };
  const endpoint = { ref: () => void (state.alive = true), unref: () => void (state.alive = false) };
  return { state, endpoint: endpoint as unknown as Endpoint };
}

Deno.test("Awaited.busy() keeps the process alive until all that is awaited has ended", () => {
  const { state, endpoint } = referenced();
  const awaited = new Awaited(endpoint, undefined);
  awaited.begun();
  assert.equal(state.alive, false);
  const first = awaited.busy(), second = awaited.busy();
  assert.equal(state.alive, true);
  first();
  assert.equal(state.alive, true);
  second();
  assert.equal(state.alive, false);
});

Deno.test("Awaited.ending() keeps the process alive until the client has left, also when what was awaited fails meanwhile", () => {
  const { state, endpoint } = referenced();
  const awaited = new Awaited(endpoint, undefined);
  awaited.begun();
  const idle = awaited.busy();
  awaited.ending();
  idle();
  assert.equal(state.alive, true);
});
