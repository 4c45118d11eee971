import assert from "node:assert/strict";
import { AddressError, isLoopback, parseAddress } from "../../transport/mod.ts";

Deno.test("parseAddress() takes addresses apart", () => {
  const parts = (text: string) => {
    const { text: same, ...rest } = parseAddress(text);
    assert.equal(same, text);
    return rest;
  };
  assert.deepEqual(parts("tcp://127.0.0.1:8786"), { scheme: "tcp", host: "127.0.0.1", port: 8786 });
  assert.deepEqual(parts("tcp://a-b.example:*"), { scheme: "tcp", host: "a-b.example", port: 0 });
  assert.deepEqual(parts("tcp://[::1]:1"), { scheme: "tcp", host: "::1", port: 1 });
  assert.deepEqual(parts("ipc:///tmp/x"), { scheme: "ipc", path: "/tmp/x" });
  assert.deepEqual(parts("memory://s"), { scheme: "memory", name: "s" });
});

Deno.test("parseAddress() says what is wrong and what was expected", () => {
  const wrong: [unknown, RegExp][] = [
    ["", /no scheme; expected tcp:\/\/host:port/],
    ["127.0.0.1:8786", /no scheme; expected/],
    ["http://x:1", /unknown scheme "http"/],
    ["tcp://", /port is missing/],
    ["tcp://host", /port is missing/],
    ["tcp://:1", /host is missing/],
    ["tcp://host:", /"" is no port/],
    ["tcp://host:65536", /"65536" is no port; expected 0 to 65535/],
    ["tcp://host:80x", /no port/],
    ["tcp://::1:80", /IPv6 host must stand in brackets/],
    ["tcp://ho st:1", /space or a control/],
    ["tcp://a;b:1", /no host name/],
    ["ipc://", /path is missing/],
    [`ipc://${"x".repeat(108)}`, /longer than 107 bytes/],
    ["memory://", /name is missing/],
    [8786, /type number/],
  ];
  for (const [text, problem] of wrong) {
    assert.throws(() => parseAddress(text as string), (error: Error) => {
      assert.equal(error instanceof AddressError, true);
      assert.match(error.message, problem);
      return true;
    }, String(text));
  }
});

Deno.test("isLoopback() knows what others can reach", () => {
  for (
    const near of [
      "tcp://127.0.0.1:1",
      "tcp://127.9.9.9:1",
      "tcp://localhost:1",
      "tcp://[::1]:1",
      "ipc://x",
      "memory://x",
    ]
  ) {
    assert.equal(isLoopback(parseAddress(near)), true, near);
  }
  for (
    const far of [
      "tcp://0.0.0.0:1",
      "tcp://*:1",
      "tcp://10.0.0.1:1",
      "tcp://[::]:1",
      "tcp://127.0.0.1.example:1",
      "tcp://localhost.example:1",
    ]
  ) {
    assert.equal(isLoopback(parseAddress(far)), false, far);
  }
});
