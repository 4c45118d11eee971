import assert from "node:assert/strict";
import { encode } from "@msgpack/msgpack";
import { decodeEnvelope, encodeEnvelope, type Envelope, VERSION } from "../../transport/mod.ts";
import { askProperly, fuzz } from "../fuzz/engine.ts";
import { plainSocket, ZmtpClient } from "../fuzz/zmtp.ts";
import { type Net, NETS, pairUp, type Wanted } from "./nets.ts";

const greeting = {
  role: "client",
  name: "stranger",
  incarnation: "1",
  version: VERSION,
  chunkBytes: 4096,
  creditBytes: 8192,
} as const;
const hello = encodeEnvelope({ kind: "hello", greeting });

async function answer(client: ZmtpClient): Promise<Envelope> {
  return decodeEnvelope((await client.receive())[0]);
}

/** A server, and someone who is in session with it by hand. */
async function handshake(net: Net, wanted: Wanted = {}) {
  const s = await net.open({ role: "scheduler", name: "s", ...wanted });
  const address = await s.endpoint.bind(net.address());
  const client = await ZmtpClient.connect(address);
  await client.send(hello);
  assert.equal((await answer(client)).kind, "welcome");
  const { peer } = await s.inbox.next("up");
  return { s, client, address, peer };
}

const SUITE: Record<string, (net: Net) => Promise<void>> = {
  "a stranger gets an error that names protocol and version, and nothing more": async (net) => {
    const s = await net.open();
    const address = await s.endpoint.bind(net.address());
    for (
      const first of [
        encode("hi"),
        encode([1, "nonsense", 9]),
        encodeEnvelope({ kind: "batch", headers: [1], counts: [] }),
        new Uint8Array([0xc1]),
      ]
    ) {
      using client = await ZmtpClient.connect(address);
      await client.send(first);
      const error = await answer(client) as Extract<Envelope, { kind: "error" }>;
      assert.equal(error.kind, "error");
      assert.ok(error.text.includes(`troupe, version ${VERSION}`), error.text);
      // What it says now is not heard, not even a proper hello.
      await client.send(hello);
    }
    assert.equal(s.endpoint.stats.protocolErrors, 4);
    assert.deepEqual(s.inbox.kept, []);
    assert.equal(decodeEnvelope(await askProperly(address)).kind, "welcome");
  },

  "one that takes itself to be in session is told that it is not": async (net) => {
    const s = await net.open();
    const address = await s.endpoint.bind(net.address());
    using client = await ZmtpClient.connect(address);
    for (let i = 0; i < 3; i++) {
      await client.send(encodeEnvelope({ kind: "probe" }));
      assert.equal((await answer(client) as { code?: string }).code, "unintroduced");
    }
  },

  "another version gets an error that names both, and is cut off": async (net) => {
    const s = await net.open();
    const address = await s.endpoint.bind(net.address());
    using client = await ZmtpClient.connect(address);
    await client.send(encode([1, "troupe", VERSION + 1, { whatever: "later versions say" }]));
    assert.deepEqual(await answer(client), {
      kind: "error",
      code: "version",
      text: `this is troupe, version ${VERSION}; you speak version ${VERSION + 1}`,
    });
  },

  "what does not parse is counted, answered and dropped, and the session goes on": async (net) => {
    const { s, client, peer } = await handshake(net);
    using _ = client;
    const wrong: [Uint8Array[], RegExp][] = [
      [[new Uint8Array([0xc1])], /no plain data/],
      [[encode([77])], /unknown kind of envelope: 77/],
      [[encodeEnvelope({ kind: "batch", headers: [1], counts: [2] }), new Uint8Array(1)], /2 frames with 1 parts/],
      [[encodeEnvelope({ kind: "data", id: 5 }), new Uint8Array(10)], /message 5, which is not under way/],
      [[encodeEnvelope({ kind: "credit", id: 5, taken: 1 })], /message 5, which is not under way/],
      [[encodeEnvelope({ kind: "abort", id: 5, reason: "" })], /message 5, which is not under way/],
      [[encodeEnvelope({ kind: "farewell" })], /farewell without a bye/],
      [[hello], /second hello/],
      [[encodeEnvelope({ kind: "probe" }), new Uint8Array(1)], /kind probe with frames/],
      [[encode([4, 1, null, [2 ** 45]])], /limits\.messageBytes/],
      [[new Uint8Array(3000).fill(0x91)], /deeper than/],
    ];
    for (const [frames, text] of wrong) {
      await client.send(...frames);
      const error = await answer(client) as Extract<Envelope, { kind: "error" }>;
      assert.equal(error.kind, "error");
      assert.match(error.text, text);
    }
    assert.equal(s.endpoint.stats.protocolErrors, wrong.length);
    await client.send(encodeEnvelope({ kind: "batch", headers: ["still here"], counts: [] }));
    assert.deepEqual(await s.inbox.headers(1), ["still here"]);
    s.endpoint.send(peer, { header: "so am I", frames: [] });
    assert.deepEqual(await answer(client), { kind: "batch", headers: ["so am I"], counts: [] });
  },

  "an error is never answered with an error": async (net) => {
    const { s, client, peer } = await handshake(net);
    using _ = client;
    await client.send(encodeEnvelope({ kind: "error", code: "x", text: "y" }));
    await client.send(encode([3, "not", "a", "valid", "error"]));
    await client.send(new Uint8Array([0x93, 3, 0xc1]));
    await s.inbox.until(() => s.endpoint.stats.protocolErrors === 2, "two protocol errors");
    s.endpoint.send(peer, { header: "after", frames: [] });
    assert.deepEqual(await answer(client), { kind: "batch", headers: ["after"], counts: [] });
  },

  "errors are answered at a bounded rate": async (net) => {
    const { s, client, peer } = await handshake(net);
    using _ = client;
    for (let i = 0; i < 500; i++) await client.send(new Uint8Array([0xc1]));
    await s.inbox.until(() => s.endpoint.stats.protocolErrors === 500, "500 protocol errors");
    s.endpoint.send(peer, { header: "after", frames: [] });
    let errors = 0;
    while ((await answer(client)).kind === "error") errors++;
    assert.equal(errors >= 20 && errors < 250, true, `${errors} answers to 500 errors`);
  },

  "chunks that do not fit what was announced are refused": async (net) => {
    const { s, client } = await handshake(net);
    using _ = client;
    await client.send(encodeEnvelope({ kind: "open", id: 0, header: "h", sizes: [10, 10] }));
    assert.deepEqual(await answer(client), { kind: "credit", id: 0, taken: 0 });
    await client.send(encodeEnvelope({ kind: "data", id: 0 }), new Uint8Array(11));
    assert.match((await answer(client) as { text: string }).text, /crosses the end of a frame/);
    await client.send(encodeEnvelope({ kind: "open", id: 0, header: "h", sizes: [1] }));
    assert.match((await answer(client) as { text: string }).text, /announced twice/);
    await client.send(encodeEnvelope({ kind: "data", id: 0 }), new Uint8Array(10).fill(1), new Uint8Array(10).fill(2));
    assert.deepEqual(await answer(client), { kind: "credit", id: 0, taken: 20 });
    const { message } = await s.inbox.next("message");
    assert.deepEqual(message.frames, [new Uint8Array(10).fill(1), new Uint8Array(10).fill(2)]);
  },

  "one who announces without end is stopped": async (net) => {
    const { s, client } = await handshake(net, { reserve: () => new Promise(() => {}) });
    const drained = client.drain();
    for (let id = 0; id < 100; id++) {
      await client.send(encodeEnvelope({ kind: "open", id, header: null, sizes: [1e6] }));
    }
    await s.inbox.until(() => s.endpoint.stats.protocolErrors >= 35, "protocol errors");
    client[Symbol.dispose]();
    await drained;
    await s.inbox.next("down");
  },

  "garbage on the socket and half-open connections harm nobody": async (net) => {
    const { s, c, address, toServer } = await pairUp(net);
    const sockets: Deno.Conn[] = [];
    for (
      const bytes of [
        new Uint8Array(0),
        new Uint8Array(1000).fill(0xff),
        new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"),
        new Uint8Array(11),
      ]
    ) {
      const socket = await plainSocket(address);
      await socket.write(bytes);
      sockets.push(socket);
    }
    c.endpoint.send(toServer, { header: "fine", frames: [] });
    assert.deepEqual(await s.inbox.headers(1), ["fine"]);
    for (const socket of sockets) socket.close();
    assert.equal(decodeEnvelope(await askProperly(address)).kind, "welcome");
  },

  "fuzz() for a short while leaves it answering, and its peers in session": async (net) => {
    const { s, c, address, toServer } = await pairUp(net, { limits: { messageBytes: 1e6 } });
    const seed = 3;
    const result = await fuzz({ address, count: 6000, seed });
    assert.equal(result.sent >= 6000, true);
    assert.equal(decodeEnvelope(await askProperly(address)).kind, "welcome", `seed ${seed}`);
    assert.equal(
      s.endpoint.stats.protocolErrors > 100,
      true,
      `seed ${seed}: ${s.endpoint.stats.protocolErrors} errors`,
    );
    s.inbox.kept.length = 0;
    c.endpoint.send(toServer, { header: "still here", frames: [] });
    const { peer } = await s.inbox.next("message", undefined);
    assert.equal(peer.name, "c", `seed ${seed}`);
    assert.deepEqual(c.inbox.kept, []);
  },
};

for (const name of ["ffi tcp", "ffi ipc", "napi tcp"]) {
  for (const [what, body] of Object.entries(SUITE)) {
    Deno.test({
      name: `Endpoint over ${name}, among the hostile: ${what}`,
      fn: () => NETS[name](body),
      sanitizeOps: false,
      sanitizeResources: false,
    });
  }
}
