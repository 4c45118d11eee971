/** What holds of sending, whatever carries the bytes. */

import assert from "node:assert/strict";
import type { Header, Message } from "../../transport/mod.ts";
import { type Net, pairUp } from "./nets.ts";

/** Each by what it does. */
export const SENDING: Record<string, (net: Net) => Promise<void>> = {
  "dial() makes each side known to the other": async (net) => {
    const { s, c, address, toServer, toClient } = await pairUp(net);
    assert.deepEqual(
      [toServer.role, toServer.name, toServer.incarnation, toServer.address],
      ["scheduler", "s", s.endpoint.self.incarnation, address],
    );
    assert.deepEqual([toClient.role, toClient.name, toClient.incarnation, toClient.address], [
      "client",
      "c",
      c.endpoint.self.incarnation,
      "",
    ]);
  },

  "send() keeps the order of messages both ways": async (net) => {
    const { s, c, toServer, toClient } = await pairUp(net);
    const n = 3000;
    for (let i = 0; i < n; i++) {
      c.endpoint.send(toServer, { header: ["c", i], frames: i % 7 === 0 ? [new Uint8Array(i % 100)] : [] });
      s.endpoint.send(toClient, { header: ["s", i], frames: [] });
      if (i % 500 === 499) await new Promise((resolve) => setTimeout(resolve));
    }
    const numbers = (side: string) => Array.from({ length: n }, (_, i) => [side, i]);
    assert.deepEqual(await s.inbox.headers(n), numbers("c"));
    assert.deepEqual(await c.inbox.headers(n), numbers("s"));
    assert.equal(s.endpoint.stats.messagesReceived, n);
    assert.equal(c.endpoint.stats.messagesSent, n);
    assert.equal(s.endpoint.stats.bytesReceived > n, true);
    assert.equal(s.endpoint.stats.protocolErrors, 0);
  },

  "send() carries headers of all kinds and frames of all sizes unchanged": async (net) => {
    const { s, c, toServer } = await pairUp(net);
    const header: Header = {
      nothing: null,
      yes: true,
      numbers: [0, -1, 2 ** 31, 2 ** 53 - 1, 1.5, NaN, Infinity],
      text: "grüße 🎭\u0000",
      bytes: new Uint8Array([0, 255]),
      deep: [[[[{ a: [] }]]]],
      "": {},
    };
    const frames = [0, 1, 5, 100, 4097, 70_000, 1_000_000].map((n) =>
      Uint8Array.from({ length: n }, (_, i) => i * 7 + n)
    );
    c.endpoint.send(toServer, { header, frames });
    const { message } = await s.inbox.next("message");
    assert.deepEqual(message.header, header);
    assert.deepEqual(message.frames, frames);
  },

  "send() of small frames has done with them when released is called": async (net) => {
    const { s, c, toServer } = await pairUp(net);
    const frame = new Uint8Array(50_000).fill(1);
    let released = 0;
    await new Promise<void>((resolve) => {
      c.endpoint.send(toServer, { header: 1, frames: [frame], released: () => (released++, frame.fill(2), resolve()) });
    });
    const { message } = await s.inbox.next("message");
    assert.equal(message.frames[0].every((byte) => byte === 1), true);
    assert.equal(released, 1);
  },

  "send() carries large messages in chunks, in order with small ones": async (net) => {
    const limits = { chunkBytes: 100_000, creditBytes: 250_000 };
    const { s, c, toServer } = await pairUp(net, { limits }, { limits });
    const released: string[] = [];
    const make = (n: number, seed: number) => Uint8Array.from({ length: n }, (_, i) => (i * 31 + seed) >> 3);
    const large = [[make(1_000_003, 1), new Uint8Array(0), make(7, 2), make(99_999, 3)], [make(100_001, 4)], [
      make(500_000, 5),
    ]];
    c.endpoint.send(toServer, { header: "before", frames: [] });
    large.forEach((frames, i) =>
      c.endpoint.send(toServer, { header: `large ${i}`, frames, released: () => released.push(`large ${i}`) })
    );
    c.endpoint.send(toServer, { header: "after", frames: [make(10, 6)], released: () => released.push("after") });
    assert.equal(toServer.backlog > 1_700_000, true);
    const messages: Message[] = [];
    for (let i = 0; i < 5; i++) messages.push((await s.inbox.next("message")).message);
    assert.deepEqual(messages.map((it) => it.header), ["before", "large 0", "large 1", "large 2", "after"]);
    large.forEach((frames, i) => assert.deepEqual(messages[i + 1].frames, frames));
    await c.inbox.until(() => released.length === 4, "all to be released");
    assert.deepEqual(released.toSorted(), ["after", "large 0", "large 1", "large 2"]);
    assert.equal(toServer.backlog, 0);
  },

  "send() of an urgent message overtakes a large one that waits for room": async (net) => {
    const makeRoom = Promise.withResolvers<void>();
    const { s, c, toServer } = await pairUp(net, {
      reserve: (_peer, _header, sizes) => makeRoom.promise.then(() => sizes.map((n) => new Uint8Array(n))),
    });
    c.endpoint.send(toServer, { header: "large", frames: [new Uint8Array(5_000_000)] });
    c.endpoint.send(toServer, { header: "small", frames: [] });
    c.endpoint.send(toServer, { header: "urgent", frames: [], urgent: true });
    assert.deepEqual(await s.inbox.headers(1), ["urgent"]);
    assert.equal(toServer.backlog >= 5_000_000, true);
    makeRoom.resolve();
    assert.deepEqual(await s.inbox.headers(2), ["large", "small"]);
  },

  "reserve gives the room, and its promise holds the sender back": async (net) => {
    const asked: [string, Header, readonly number[]][] = [];
    const room = new Uint8Array(new SharedArrayBuffer(6_000_000));
    const makeRoom = Promise.withResolvers<Uint8Array[]>();
    const { s, c, toServer } = await pairUp(net, {
      reserve: (peer, header, sizes) => {
        asked.push([peer.name, header, sizes]);
        return makeRoom.promise;
      },
    });
    let released = 0;
    const frame = new Uint8Array(6_000_000).map((_, i) => i >> 4);
    c.endpoint.send(toServer, { header: { key: "x" }, frames: [frame], released: () => released++ });
    await s.inbox.until(() => asked.length > 0, "reserve to be asked");
    assert.deepEqual(asked, [["c", { key: "x" }, [6_000_000]]]);
    assert.equal(released, 0);
    makeRoom.resolve([room]);
    const { message } = await s.inbox.next("message");
    assert.equal(message.frames[0], room);
    assert.equal(room.every((byte, i) => byte === frame[i]), true);
    await c.inbox.until(() => released === 1, "released");
  },

  "reserve that fails ends the one message, and no other": async (net) => {
    const errors: unknown[] = [];
    const hear = (event: ErrorEvent): void => {
      event.preventDefault();
      errors.push(event.error.message);
    };
    globalThis.addEventListener("error", hear);
    try {
      let asked = 0;
      const { s, c, toServer } = await pairUp(net, {
        reserve: (_peer, _header, sizes) => {
          if (++asked === 1) throw new Error("no room");
          return asked === 2
            ? Promise.reject(new Error("no room later"))
            : sizes.map((n) => new Uint8Array(asked === 3 ? n - 1 : n));
        },
      });
      let released = 0;
      for (let i = 1; i <= 4; i++) {
        c.endpoint.send(toServer, {
          header: i,
          frames: [new Uint8Array(5_000_000)],
          released: () => released++,
        });
      }
      assert.deepEqual(await s.inbox.headers(1), [4]);
      await c.inbox.until(() => released === 4, "all to be released");
      assert.deepEqual(errors, [
        "no room",
        "no room later",
        "reserve gave a Uint8Array of 4999999 bytes for frame 0, which needs a Uint8Array of 5000000 bytes",
      ]);
    } finally {
      globalThis.removeEventListener("error", hear);
    }
  },

  "send() takes frames in shared memory": async (net) => {
    const { s, c, toServer } = await pairUp(net);
    const shared = (n: number) => new Uint8Array(new SharedArrayBuffer(n)).fill(n % 251);
    const frames = [shared(10), shared(100_000), shared(9_000_000).subarray(1000, 8_000_001)];
    c.endpoint.send(toServer, { header: "small", frames: frames.slice(0, 2) });
    c.endpoint.send(toServer, { header: "large", frames });
    assert.deepEqual((await s.inbox.next("message")).message.frames.map((it) => [it.length, it[0], it.at(-1)]), [[
      10,
      10,
      10,
    ], [100_000, 102, 102]]);
    const { message } = await s.inbox.next("message");
    assert.deepEqual(message.frames.map((it) => it.length), [10, 100_000, 7_999_001]);
    assert.equal(message.frames[2].every((byte) => byte === 9_000_000 % 251), true);
  },
};
