import assert from "node:assert/strict";
import { bracketed } from "../../../actors/cli/host.ts";

Deno.test("bracketed() puts hosts of IPv6 in brackets, once", () => {
  assert.deepEqual(["::1", "[::1]", "127.0.0.1", "host"].map(bracketed), ["[::1]", "[::1]", "127.0.0.1", "host"]);
});
