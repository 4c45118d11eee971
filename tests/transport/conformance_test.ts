/** Everything that holds of an endpoint whatever carries its bytes. */

import { NETS } from "./nets.ts";
import { SENDING } from "./conformance_sending.ts";
import { SESSIONS } from "./conformance_sessions.ts";

for (const [name, run] of Object.entries(NETS)) {
  for (const [what, body] of Object.entries({ ...SENDING, ...SESSIONS })) {
    Deno.test({
      name: `Endpoint over ${name}: ${what}`,
      fn: () => run(body),
      sanitizeOps: false,
      sanitizeResources: false,
    });
  }
}
