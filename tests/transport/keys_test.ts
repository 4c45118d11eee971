import assert from "node:assert/strict";
import {
  InsecureBindError,
  type Keys,
  KeysError,
  loadKeys,
  makeKeys,
  openEndpoint,
  saveKeys,
} from "../../transport/mod.ts";
import { type Net, NETS, pairUp } from "./nets.ts";

async function withDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "troupe-keys-" });
  try {
    await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function refusedForKeys(net: Net, address: string, keys: Keys | undefined): Promise<string> {
  const c = await net.open({ keys });
  c.endpoint.dial(address);
  for (;;) {
    const refused = await c.inbox.next("refused");
    // The driver without events may need longer than the time after which a dial is reported as not answered.
    if (refused.cause === "unanswered") continue;
    assert.equal(refused.cause, "keys");
    return refused.reason;
  }
}

const SUITE: Record<string, (net: Net) => Promise<void>> = {
  "keys on both sides connect, and carry large messages": async (net) => {
    const keys = await makeKeys();
    const { s, c, toServer, toClient } = await pairUp(net, { keys }, {
      keys: { serverKey: keys.serverKey, client: keys.client, authorized: [] },
    });
    const frame = new Uint8Array(9_000_000).map((_, i) => i >> 8);
    c.endpoint.send(toServer, { header: "large", frames: [frame] });
    assert.deepEqual((await s.inbox.next("message")).message.frames[0], frame);
    s.endpoint.send(toClient, { header: "back", frames: [] });
    assert.deepEqual(await c.inbox.headers(1), ["back"]);
  },

  "a client whose key is not let in is refused": async (net) => {
    const keys = await makeKeys();
    const s = await net.open({ keys });
    const address = await s.endpoint.bind(net.address());
    const { client } = await makeKeys();
    assert.match(await refusedForKeys(net, address, { ...keys, client }), /our key is not among those it lets in/);
    assert.deepEqual(s.inbox.kept, []);
  },

  "a client with another server's public key is refused": async (net) => {
    const keys = await makeKeys();
    const s = await net.open({ keys });
    const address = await s.endpoint.bind(net.address());
    const { serverKey } = await makeKeys();
    assert.match(await refusedForKeys(net, address, { ...keys, serverKey }), /public key that we have is not its own/);
    assert.deepEqual(s.inbox.kept, []);
  },

  "a client without keys is refused, and told of the option": async (net) => {
    const s = await net.open({ keys: await makeKeys() });
    const address = await s.endpoint.bind(net.address());
    assert.match(await refusedForKeys(net, address, undefined), /demands keys.*--keys/);
    assert.deepEqual(s.inbox.kept, []);
  },

  "a client with keys is refused by a server without": async (net) => {
    const s = await net.open();
    const address = await s.endpoint.bind(net.address());
    assert.match(await refusedForKeys(net, address, await makeKeys()), /uses no keys/);
    assert.deepEqual(s.inbox.kept, []);
  },

  "the list of clients that are let in is read again when it changes": (net) =>
    withDirectory(async (directory) => {
      await saveKeys(`${directory}/server`, await makeKeys());
      const keys = await loadKeys(`${directory}/server`);
      const s = await net.open({ keys, role: "scheduler", name: "s" });
      const address = await s.endpoint.bind(net.address());
      const { client } = await makeKeys();
      await Deno.writeTextFile(`${directory}/server/authorized`, `${client.publicKey}\n`, { append: true });
      const c = await net.open({ keys: { serverKey: keys.serverKey, client, authorized: [] } });
      c.endpoint.dial(address);
      assert.equal((await c.inbox.next("up")).peer.name, "s");
    }),
};

for (const name of ["ffi tcp", "ffi ipc", "napi tcp"]) {
  for (const [what, body] of Object.entries(SUITE)) {
    Deno.test({
      name: `Keys over ${name}: ${what}`,
      fn: () => NETS[name](body),
      sanitizeOps: false,
      sanitizeResources: false,
    });
  }
}

Deno.test("saveKeys() writes files that loadKeys() reads, for the owner's eyes only", () =>
  withDirectory(async (directory) => {
    const keys = await makeKeys();
    await saveKeys(`${directory}/a/b`, keys);
    assert.deepEqual(await loadKeys(`${directory}/a/b`), { ...keys, directory: `${directory}/a/b` });
    for (const name of ["server.json", "client.json", "authorized"]) {
      assert.equal((await Deno.stat(`${directory}/a/b/${name}`)).mode! & 0o777, 0o600, name);
    }
    assert.equal((await Deno.stat(`${directory}/a/b`)).mode! & 0o777, 0o700);
    await assert.rejects(
      saveKeys(`${directory}/a/b`, keys),
      (error: Error) => error instanceof KeysError && /never written over/.test(error.message),
    );
  }));

Deno.test("loadKeys() of a client's directory has no server pair, and says what is missing", () =>
  withDirectory(async (directory) => {
    const { client, serverKey } = await makeKeys();
    await assert.rejects(loadKeys(directory), /client\.json/);
    await saveKeys(directory, { client, serverKey, authorized: [] });
    const keys = await loadKeys(directory);
    assert.equal(keys.server, undefined);
    assert.deepEqual(keys.authorized, []);
    await Deno.writeTextFile(`${directory}/client.json`, JSON.stringify({ ...client, serverKey: "short" }));
    await assert.rejects(loadKeys(directory), /serverKey is no key.*40 characters/);
    await Deno.writeTextFile(`${directory}/client.json`, "{");
    await assert.rejects(loadKeys(directory), /client\.json is not JSON/);
  }));

Deno.test("makeKeys() never makes the same keys again", async () => {
  const [a, b] = [await makeKeys(), await makeKeys()];
  const all = [a.server!, a.client, b.server!, b.client].flatMap((pair) => [pair.publicKey, pair.secretKey]);
  assert.equal(new Set(all).size, 8);
  assert.equal(all.every((key) => key.length === 40), true);
});

for (const driver of ["ffi", "napi"] as const) {
  Deno.test({
    name: `Endpoint.bind() beyond this machine by ${driver} wants keys, or to be told that it is meant`,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      const self = { role: "worker", name: "w", incarnation: "1" } as const;
      await using careful = await openEndpoint({ self, driver });
      for (const address of ["tcp://0.0.0.0:*", "tcp://*:0", "tcp://[::]:0", "tcp://10.1.2.3:0"]) {
        await assert.rejects(careful.bind(address), (error: Error) => {
          assert.equal(error instanceof InsecureBindError, true, `${error}`);
          assert.match(error.message, /keys; --keys DIR.*insecure: true.*--insecure/);
          return true;
        });
      }
      await using told = await openEndpoint({ self, driver, insecure: true });
      assert.match(await told.bind("tcp://0.0.0.0:*"), /^tcp:\/\/(?!0\.0\.0\.0)[\d.]+:\d+$/);
      await using keyed = await openEndpoint({ self, driver, keys: await makeKeys() });
      assert.match(await keyed.bind("tcp://0.0.0.0:*"), /^tcp:\/\/[\d.]+:\d+$/);
    },
  });
}
