/** What holds of limits and of the ends of sessions, whatever carries the bytes. */

import assert from "node:assert/strict";
import {
  AddressError,
  BindError,
  ClosedError,
  type Header,
  LimitError,
  UnsendableError,
  VERSION,
} from "../../transport/mod.ts";
import { type Net, pairUp } from "./nets.ts";

/** Each by what it does. */
export const SESSIONS: Record<string, (net: Net) => Promise<void>> = {
  "send() refuses what cannot travel, and says why": async (net) => {
    const limits = { headerBytes: 1000, depth: 4, frames: 3, messageBytes: 10_000 };
    const { s, c, toServer } = await pairUp(net, { limits }, { limits });
    const refuse = (
      header: unknown,
      frames: Uint8Array[],
      type: new (...args: never[]) => Error,
      text: RegExp,
    ): void => {
      assert.throws(() => c.endpoint.send(toServer, { header: header as Header, frames }), (error: Error) => {
        assert.equal(error instanceof type, true, `${error}`);
        assert.match(error.message, text);
        return true;
      });
    };
    refuse("x".repeat(1000), [], LimitError, /1003 bytes.*1000 of limits\.headerBytes/);
    refuse([[[[[1]]]]], [], LimitError, /deeper than the 4/);
    refuse(1, [0, 0, 0, 0].map(() => new Uint8Array(1)), LimitError, /4 frames.*3 of limits\.frames/);
    refuse(1, [new Uint8Array(10_001)], LimitError, /10001 bytes.*10000 of limits\.messageBytes/);
    refuse({ when: new Date(0) }, [], UnsendableError, /instance of Date/);
    refuse([new Map()], [], UnsendableError, /instance of Map/);
    refuse([() => 1], [], UnsendableError, /plain data/);
    refuse(new Float64Array(2), [], UnsendableError, /Float64Array/);
    c.endpoint.send(toServer, {
      header: [[[[]]]],
      frames: [new Uint8Array(3000), new Uint8Array(3000), new Uint8Array(4000)],
    });
    assert.deepEqual(await s.inbox.headers(1), [[[[[]]]]]);
  },

  "limits of the receiver hold against a sender with wider ones": async (net) => {
    const { s, c, toServer } = await pairUp(net, { limits: { depth: 3, frames: 2, messageBytes: 1e6 } });
    c.endpoint.send(toServer, { header: [[[[1]]]], frames: [] });
    await s.inbox.until(() => s.endpoint.stats.protocolErrors === 1, "a protocol error for depth");
    c.endpoint.send(toServer, { header: "frames", frames: [0, 0, 0].map(() => new Uint8Array(1)) });
    await s.inbox.until(() => s.endpoint.stats.protocolErrors === 2, "a protocol error for frames");
    c.endpoint.send(toServer, { header: "bytes", frames: [new Uint8Array(5e6)] });
    await s.inbox.until(() => s.endpoint.stats.protocolErrors === 3, "a protocol error for bytes");
    c.endpoint.send(toServer, { header: "fine", frames: [], urgent: true });
    assert.deepEqual(await s.inbox.headers(1), ["fine"]);
  },

  "close() by the one that dialled tells the other why, and dials anew": async (net) => {
    const { s, c, toServer, toClient } = await pairUp(net);
    c.endpoint.send(toServer, { header: "last", frames: [] });
    c.endpoint.close(toServer, "for a test");
    assert.equal((await c.inbox.next("down")).peer, toServer);
    assert.deepEqual(await s.inbox.headers(1), ["last"]);
    assert.deepEqual(await s.inbox.next("down"), { kind: "down", peer: toClient, reason: "for a test" });
    const again = (await s.inbox.next("up")).peer;
    assert.notEqual(again.id, toClient.id);
    assert.equal(again.incarnation, toClient.incarnation);
    const peer = (await c.inbox.next("up")).peer;
    c.endpoint.send(peer, { header: "again", frames: [] });
    assert.deepEqual(await s.inbox.headers(1), ["again"]);
  },

  "close() by the one that was dialled tells the other why": async (net) => {
    const { s, c, toServer, toClient } = await pairUp(net);
    s.endpoint.close(toClient, "not now");
    assert.equal((await s.inbox.next("down")).peer, toClient);
    assert.deepEqual(await c.inbox.next("down"), { kind: "down", peer: toServer, reason: "not now" });
    const peer = (await c.inbox.next("up")).peer;
    assert.notEqual(peer.id, toServer.id);
    c.endpoint.send(peer, { header: "again", frames: [] });
    assert.deepEqual(await s.inbox.headers(1), ["again"]);
  },

  "hangUp() ends the session for good": async (net) => {
    const { s, c, address, toServer } = await pairUp(net);
    c.endpoint.hangUp(address);
    assert.equal((await c.inbox.next("down")).peer, toServer);
    await s.inbox.next("down");
    c.endpoint.hangUp(address);
    c.endpoint.dial(address);
    await c.inbox.next("up");
    await s.inbox.next("up");
    assert.deepEqual([...c.inbox.kept, ...s.inbox.kept], []);
  },

  "send() to a peer that is down is a no-op that releases": async (net) => {
    const { c, address, toServer } = await pairUp(net);
    c.endpoint.hangUp(address);
    let released = 0;
    c.endpoint.send(toServer, { header: 1, frames: [new Uint8Array(1e7)], released: () => released++ });
    assert.equal(released, 1);
    assert.equal(toServer.backlog, 0);
  },

  "released is called once for everything that a loss leaves behind": async (net) => {
    const { s, c, address, toServer } = await pairUp(net, { reserve: () => new Promise(() => {}) });
    const released = new Map<string, number>();
    const send = (name: string, bytes: number): void => {
      c.endpoint.send(toServer, {
        header: name,
        frames: [new Uint8Array(bytes)],
        released: () => released.set(name, (released.get(name) ?? 0) + 1),
      });
    };
    for (let i = 0; i < 8; i++) send(`large ${i}`, 5e6);
    send("small behind", 10);
    await new Promise((resolve) => setTimeout(resolve, 10));
    send("another", 10);
    c.endpoint.hangUp(address);
    await s.inbox.next("down");
    assert.equal(released.size, 10);
    assert.deepEqual([...new Set(released.values())], [1]);
  },

  "end() first delivers what was sent": async (net) => {
    const { s, c, toServer } = await pairUp(net);
    for (let i = 0; i < 1000; i++) c.endpoint.send(toServer, { header: i, frames: [] });
    c.endpoint.send(toServer, { header: "large", frames: [new Uint8Array(3e7)] });
    c.endpoint.send(toServer, { header: "small", frames: [] });
    await c.endpoint.end(20_000);
    const headers = await s.inbox.headers(1002);
    assert.deepEqual(headers, [...Array.from({ length: 1000 }, (_, i) => i), "large", "small"]);
    assert.match((await s.inbox.next("down")).reason, /ended/);
    assert.throws(() => c.endpoint.dial("tcp://127.0.0.1:1"), ClosedError);
    await assert.rejects(c.endpoint.bind("tcp://127.0.0.1:1"), ClosedError);
  },

  "end() frees the address at once, and a successor is a new peer": async (net) => {
    const { s, c, address, toServer } = await pairUp(net);
    await s.endpoint.end();
    assert.equal((await c.inbox.next("down")).peer, toServer);
    const next = await net.open({ role: "scheduler", name: "s" });
    assert.equal(await next.endpoint.bind(address), address);
    const peer = (await c.inbox.next("up")).peer;
    assert.notEqual(peer.incarnation, toServer.incarnation);
    assert.equal(peer.name, "s");
    c.endpoint.send(peer, { header: "hello again", frames: [] });
    assert.deepEqual(await next.inbox.headers(1), ["hello again"]);
  },

  "dial() before bind() waits for it": async (net) => {
    const s = await net.open({ name: "s" });
    const address = await s.endpoint.bind(net.address());
    await s.endpoint.end();
    const c = await net.open({ name: "c" });
    c.endpoint.dial(address);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const late = await net.open({ name: "late" });
    await late.endpoint.bind(address);
    assert.equal((await c.inbox.next("up")).peer.name, "late");
  },

  "bind() at a place that is taken says so": async (net) => {
    const { address } = await pairUp(net);
    const other = await net.open();
    await assert.rejects(other.endpoint.bind(address), (error: Error) => {
      assert.equal(error instanceof BindError, true, `${error}`);
      assert.equal((error as BindError).code, "EADDRINUSE");
      assert.equal(error.message.includes(address), true);
      assert.match(error.message, /listens there already/);
      return true;
    });
  },

  "bind() and dial() refuse addresses that do not parse": async (net) => {
    const { endpoint } = await net.open();
    await assert.rejects(endpoint.bind("nonsense"), AddressError);
    assert.throws(() => endpoint.dial("http://x"), AddressError);
    assert.throws(() => endpoint.dial(net.driver === undefined ? "tcp://127.0.0.1:1" : "memory://x"), AddressError);
    // What was refused leaves nothing behind that would be in the way of the next try.
    assert.throws(() => endpoint.dial(net.driver === undefined ? "tcp://127.0.0.1:1" : "memory://x"), AddressError);
  },

  "dial() of another version is refused with both versions named": async (net) => {
    const s = await net.open({ role: "scheduler", name: "s" });
    const address = await s.endpoint.bind(net.address());
    const c = await net.open({ version: 77 });
    c.endpoint.dial(address);
    const refused = await c.inbox.next("refused");
    assert.deepEqual([refused.address, refused.cause], [address, "version"]);
    assert.match(refused.reason, new RegExp(`version ${VERSION};.*version 77`));
    await s.inbox.until(() => s.endpoint.stats.protocolErrors === 1, "the error to be counted");
    assert.deepEqual(s.inbox.kept, []);
    // And the server goes on with others.
    const good = await net.open();
    good.endpoint.dial(address);
    await good.inbox.next("up");
  },

  "close() from within the sink stops that peer's messages": async (net) => {
    const { s, c, toServer } = await pairUp(net);
    s.inbox.tap = (arrival) => {
      if (arrival.kind === "message" && arrival.message.header === 3) s.endpoint.close(arrival.peer, "enough");
    };
    for (let i = 0; i < 10; i++) c.endpoint.send(toServer, { header: i, frames: [] });
    assert.deepEqual(await c.inbox.next("down"), { kind: "down", peer: toServer, reason: "enough" });
    await c.inbox.next("up");
    await s.inbox.next("up");
    assert.deepEqual(s.inbox.kept.map((it) => it.kind === "message" ? it.message.header : it.kind), [
      0,
      1,
      2,
      3,
      "down",
    ]);
  },

  "one endpoint can serve and dial many": async (net) => {
    const hub = await net.open({ name: "hub" });
    const address = await hub.endpoint.bind(net.address());
    const places = [];
    for (let i = 0; i < 8; i++) {
      const place = await net.open({ name: `n${i}` });
      const own = await place.endpoint.bind(net.address());
      place.endpoint.dial(address);
      hub.endpoint.dial(own);
      places.push(place);
    }
    // Each pair has two sessions: one dialled from either side.
    for (let i = 0; i < 16; i++) {
      const { peer } = await hub.inbox.next("up");
      hub.endpoint.send(peer, { header: ["to", peer.name, peer.address === ""], frames: [] });
    }
    for (const [i, place] of places.entries()) {
      const headers = await place.inbox.headers(2);
      assert.deepEqual(headers.map((it) => (it as unknown[])[1]), [`n${i}`, `n${i}`]);
      assert.deepEqual(new Set(headers.map((it) => (it as unknown[])[2])), new Set([true, false]));
    }
  },

  "arrivals() gives everything in order and ends with the endpoint": async (net) => {
    const { s, c, toServer } = await pairUp(net);
    assert.throws(() => s.endpoint.arrivals(), TypeError);
    for (let i = 0; i < 3; i++) c.endpoint.send(toServer, { header: i, frames: [] });
    await c.endpoint.end();
    assert.deepEqual(await s.inbox.headers(3), [0, 1, 2]);
    await s.inbox.next("down");
  },
};
