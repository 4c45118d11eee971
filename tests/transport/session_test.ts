import assert from "node:assert/strict";
import { type Envelope, VirtualClock } from "../../transport/mod.ts";
import { SessionEndpoint } from "../../transport/session.ts";
import { greeting, HandDriver } from "./hand_driver.ts";

function setUp(): { clock: VirtualClock; driver: HandDriver; endpoint: SessionEndpoint; heard: string[] } {
  const clock = new VirtualClock();
  const driver = new HandDriver();
  const endpoint = new SessionEndpoint({ self: { role: "client", name: "c", incarnation: "1" }, driver, clock });
  const heard: string[] = [];
  endpoint.receive((arrival) => heard.push(arrival.kind));
  endpoint.dial("memory://hand");
  driver.events.opened(1);
  return { clock, driver, endpoint, heard };
}

Deno.test("SessionEndpoint.send() puts all messages of a turn into one multipart message", () => {
  const { clock, driver, endpoint } = setUp();
  driver.say(1, { kind: "welcome", greeting });
  driver.sent.length = 0;
  const [peer] = endpoint.peers;
  for (let i = 0; i < 1000; i++) endpoint.send(peer, { header: i, frames: i % 2 === 0 ? [] : [new Uint8Array(1)] });
  assert.equal(driver.sent.length, 0);
  clock.settle();
  assert.equal(driver.sent.length, 1);
  const { envelope, parts } = driver.sent[0];
  assert.deepEqual(envelope, {
    kind: "batch",
    headers: Array.from({ length: 1000 }, (_, i) => i),
    counts: Array.from({ length: 1000 }, (_, i) => i % 2),
  });
  assert.equal(parts, 500);
});

Deno.test("SessionEndpoint dials anew when the other side knows of no session, before and after the welcome", () => {
  const { clock, driver, endpoint, heard } = setUp();
  const unintroduced: Envelope = { kind: "error", code: "unintroduced", text: "who are you?" };
  driver.say(1, unintroduced);
  assert.deepEqual(driver.closed, [1]);
  clock.advance(10);
  assert.equal(driver.connections, 2);
  driver.events.opened(2);
  driver.say(2, { kind: "welcome", greeting });
  driver.say(2, unintroduced);
  clock.advance(10);
  assert.equal(driver.connections, 3);
  assert.deepEqual(heard, ["up", "down"]);
  assert.equal(endpoint.peers.length, 0);
});

Deno.test("SessionEndpoint dials with growing pauses where sessions do not last", () => {
  const { clock, driver } = setUp();
  const at: number[] = [];
  for (let connection = 1; connection < 16; connection++) {
    if (connection > 1) driver.events.opened(connection);
    driver.say(connection, { kind: "welcome", greeting });
    driver.events.closed(connection, "lost");
    const before = clock.now();
    while (driver.connections === connection) clock.step();
    at.push(clock.now() - before);
  }
  assert.deepEqual(at, [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2000, 2000, 2000, 2000, 2000]);
  driver.events.opened(16);
  driver.say(16, { kind: "welcome", greeting });
  clock.advance(6000);
  driver.events.closed(16, "lost");
  clock.advance(2);
  assert.equal(driver.connections, 17, "after a good session the pauses start over");
});

Deno.test("SessionEndpoint gives up a connection on which nobody introduces himself", () => {
  const { clock, driver, heard } = setUp();
  clock.advance(30_010);
  assert.deepEqual(driver.closed, [1]);
  assert.equal(driver.connections, 2);
  assert.deepEqual(heard, ["refused"]);
});
