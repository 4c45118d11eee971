/**
 * `scheduler`.
 *
 * @module
 */

import { loadKeys } from "../../transport/mod.ts";
import { schedulerNanny } from "../cluster/mod.ts";
import { bracketed } from "./host.ts";
import type { Command } from "./options.ts";
import { serve } from "./serve.ts";

/** Runs a scheduler until SIGTERM. */
export const schedulerCommand: Command = {
  name: "scheduler",
  about:
    "Runs a scheduler and prints its address. It is started again at the same address if it dies. SIGTERM ends it: it tells\n" +
    "workers and clients, and leaves.",
  positionals: [],
  options: {
    host: { value: "HOST", help: "Address to listen at. Default: 127.0.0.1, this machine alone." },
    port: { value: "PORT", integer: [0, 65535], help: "Port to listen at; 0 for any. Default: 8786." },
    keys: { value: "DIR", help: "Folder of keys, as made by `deno task keys DIR`. Needed beyond this machine." },
    insecure: { help: "Listen beyond this machine without keys: whoever reaches it can run code here." },
  },
  async run(args) {
    const host = args.text("host") ?? "127.0.0.1";
    const port = args.number("port") ?? 8786;
    const keys = args.text("keys");
    if (keys !== undefined) await loadKeys(keys); // Said here, a mistake is said best.
    const nanny = await schedulerNanny({
      name: "scheduler",
      address: `tcp://${bracketed(host)}:${port === 0 ? "*" : port}`,
      keys,
      insecure: args.is("insecure"),
      leave: "ask",
      keepAlive: true,
      log: (line) => console.error(line),
    });
    return await serve(nanny, (info) => console.log(`scheduler at ${info.address}`));
  },
};
