/**
 * `keys DIR`.
 *
 * @module
 */

import { makeKeys, saveKeys } from "../../transport/mod.ts";
import type { Command } from "./options.ts";

/** Makes the keys of a cluster of several machines. */
export const keysCommand: Command = {
  name: "keys",
  about:
    "Makes the keys of a cluster in a new folder: who has them may run code in it. Copy the folder to every machine of the\n" +
    "cluster; a client's machine needs only its client.json.",
  positionals: ["DIR"],
  options: {},
  async run(args) {
    const [directory] = args.positionals;
    await saveKeys(directory, await makeKeys());
    console.log(
      `keys are in ${directory}: server.json for schedulers and workers, client.json for all who connect, authorized: who is let in`,
    );
    return 0;
  },
};
