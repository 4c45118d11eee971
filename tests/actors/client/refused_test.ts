import { match, ok, rejects, strictEqual } from "node:assert/strict";
import { Client, ConnectionError } from "../../../actors/client/mod.ts";
import { ClientCore } from "../../../actors/client/core.ts";
import { idsFrom } from "../../../actors/core/mod.ts";
import { loadKeys, makeKeys, openEndpoint, randomToken, realClock, saveKeys } from "../../../transport/mod.ts";
import { RunningCommand } from "../../helpers/command_line.ts";

/** What connecting is refused with. */
async function refusal(connecting: Promise<unknown>): Promise<ConnectionError> {
  let error: unknown;
  await rejects(connecting, (e) => {
    error = e;
    return true;
  });
  ok(error instanceof ConnectionError, `${error}`);
  return error;
}

Deno.test("Client.connect() says that keys are wrong, or missing, and takes the right ones", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await saveKeys(`${dir}/right`, await makeKeys());
    await saveKeys(`${dir}/wrong`, await makeKeys());
    // The right key of the scheduler, but a client that it does not let in.
    const right = await loadKeys(`${dir}/right`), wrong = await loadKeys(`${dir}/wrong`);
    const stranger = { ...right, client: wrong.client };
    await using scheduler = new RunningCommand("scheduler", "--port", "0", "--keys", `${dir}/right`);
    const address = await scheduler.address();
    const [other, unknown, none] = await Promise.all([
      refusal(Client.connect(address, { keys: `${dir}/wrong` })),
      refusal(Client.connect(address, { keys: stranger })),
      refusal(Client.connect(address, { timeout: 4000 })),
    ]);
    for (const e of [other, unknown]) {
      ok(e.message.includes(address), e.message);
      match(e.message, /option keys/);
    }
    match(none.message, /it demands keys, and we have none/);
    await using client = await Client.connect(address, { keys: `${dir}/right` });
    strictEqual(client.connected, true);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("Client.connect() says that a scheduler without keys was dialled with keys", async () => {
  await using scheduler = new RunningCommand("scheduler", "--port", "0");
  const address = await scheduler.address();
  const e = await refusal(Client.connect(address, { keys: await makeKeys(), timeout: 4000 }));
  ok(e.message.includes(address), e.message);
  // Whether its greeting or its refusal is read first is not ours to say.
  match(e.message, /it uses no keys, (and we do|or the server)/);
});

Deno.test("Client.connect() says that it dialled a worker, and no scheduler", async () => {
  const ids = idsFrom(randomToken());
  const self = { role: "worker", name: "w1", incarnation: ids.next("i") } as const;
  await using worker = await openEndpoint({ self });
  worker.receive(() => {});
  const address = await worker.bind("tcp://127.0.0.1:*");
  const e = await refusal(Client.connect(address, { timeout: 4000 }));
  ok(e.message.includes(address), e.message);
  match(e.message, /the worker w1 listens there, and no scheduler/);
});

Deno.test("ClientCore refuses a scheduler of another version, and names both", async () => {
  await using scheduler = new RunningCommand("scheduler", "--port", "0");
  const address = await scheduler.address();
  const ids = idsFrom(randomToken());
  const self = { role: "client", name: ids.next("c"), incarnation: ids.next("i") } as const;
  await using endpoint = await openEndpoint({ self, version: 9999 });
  const core = new ClientCore({ endpoint, scheduler: address, clock: realClock, ids, giveUpAfter: 60_000 });
  const e = await refusal(core.welcomed(10_000));
  ok(e.message.includes(address), e.message);
  match(e.message, /version 9999/);
  match(e.message, /this is troupe, version \d+;/);
  match(e.message, /both sides must be of the same version/);
});
