import assert from "node:assert/strict";
import fc from "fast-check";
import { encode } from "@msgpack/msgpack";
import {
  decodeEnvelope,
  encodeEnvelope,
  type Envelope,
  type Header,
  ProtocolError,
  VERSION,
} from "../../transport/mod.ts";
import { BatchWriter } from "../../transport/batch_writer.ts";
import { DEFAULT_LIMITS, EnvelopeCodec, Kind } from "../../transport/envelope.ts";
import { Scanner } from "../../transport/scanner.ts";
import { Mutator, seeded } from "../fuzz/engine.ts";

const header: fc.Arbitrary<Header> = fc.letrec<{ header: Header }>((tie) => ({
  header: fc.oneof(
    { maxDepth: 6 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ noDefaultInfinity: false }).map((x) => Object.is(x, -0) ? 0 : x),
    fc.string({ unit: "grapheme" }),
    fc.uint8Array(),
    fc.array(tie("header"), { maxLength: 5 }),
    fc.dictionary(fc.string().filter((key) => key !== "__proto__"), tie("header"), {
      maxKeys: 5,
      noNullPrototype: true,
    }),
  ),
})).header;

const count = fc.maxSafeNat();
const text = fc.string({ maxLength: 60 });
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record<T>(model, { noNullPrototype: true });
}
const plain = {
  version: fc.constant(VERSION),
  role: fc.constantFrom("scheduler", "worker", "client", "probe"),
  name: text,
  incarnation: text,
  chunkBytes: fc.integer({ min: 1 }),
  creditBytes: fc.integer({ min: 1 }),
};
const memory = record({ pid: fc.nat(), at: count, token: fc.uint8Array({ minLength: 16, maxLength: 16 }) });
const greeting = fc.oneof(record(plain), record({ ...plain, memory }));
const envelope = fc.oneof(
  fc.array(header, { maxLength: 5 }).chain((headers) =>
    record({
      kind: fc.constant("batch"),
      headers: fc.constant(headers),
      counts: fc.oneof(
        fc.constant([]),
        fc.array(fc.nat(65_536), { minLength: headers.length, maxLength: headers.length }),
      ),
    })
  ),
  record({ kind: fc.constantFrom("hello", "welcome"), greeting }),
  record({ kind: fc.constant("error"), code: text, text }),
  record({ kind: fc.constant("open"), id: count, header, sizes: fc.array(fc.nat(1e6), { maxLength: 5 }) }),
  record({ kind: fc.constant("data"), id: count }),
  record({ kind: fc.constant("credit"), id: count, taken: count }),
  record({ kind: fc.constant("reach"), id: count }),
  record({ kind: fc.constant("place"), id: count, addresses: fc.array(count, { maxLength: 5 }) }),
  record({ kind: fc.constant("abort"), id: count, reason: text }),
  record({ kind: fc.constantFrom("probe", "farewell") }),
  record({ kind: fc.constant("bye"), reason: text }),
) as fc.Arbitrary<Envelope>;

Deno.test("decodeEnvelope() reads what encodeEnvelope() wrote", () => {
  fc.assert(fc.property(envelope, (it) => assert.deepEqual(decodeEnvelope(encodeEnvelope(it)), it)));
});

Deno.test("decodeEnvelope() gives binary of its own, not views of the frame", () => {
  const bytes = encodeEnvelope({ kind: "batch", headers: [new Uint8Array([1, 2, 3])], counts: [] });
  const decoded = decodeEnvelope(bytes) as Extract<Envelope, { kind: "batch" }>;
  bytes.fill(0);
  assert.deepEqual(decoded.headers, [new Uint8Array([1, 2, 3])]);
});

Deno.test("decodeEnvelope() answers any bytes with an envelope or a ProtocolError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        decodeEnvelope(bytes);
      } catch (error) {
        assert.equal(error instanceof ProtocolError, true, `${error}`);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("decodeEnvelope() answers changed envelopes with an envelope or a ProtocolError", () => {
  const seed = 20_241_121;
  const mutator = new Mutator(seeded(seed));
  let good = 0;
  for (let i = 0; i < 20_000; i++) {
    const [head] = mutator.message();
    try {
      decodeEnvelope(head);
      good++;
    } catch (error) {
      assert.equal(error instanceof ProtocolError, true, `seed ${seed}, message ${i}: ${error}`);
    }
  }
  assert.equal(good > 1000 && good < 19_000, true, `${good} of 20000 were valid: the mutator has lost its sense`);
});

Deno.test("decodeEnvelope() says what is wrong", () => {
  const wrong: [unknown, string, RegExp][] = [
    [1, "malformed", /not an array/],
    [[], "unknown", /unknown kind/],
    [[99], "unknown", /unknown kind of envelope: 99/],
    [["batch"], "unknown", /unknown kind/],
    [[0, [1, 2], [0]], "malformed", /kind batch/],
    [[0, [1], [-1]], "malformed", /kind batch/],
    [[0, [1], [1.5]], "malformed", /kind batch/],
    [[0, [1], [65_537]], "limit", /65537 frames.*limits\.frames/],
    [[1, "nonsense", 1], "stranger", /introduced yourself as "nonsense"/],
    [
      [1, "troupe", VERSION + 1, "and", "whatever", "follows"],
      "version",
      new RegExp(`version ${VERSION}; you speak version ${VERSION + 1}`),
    ],
    [[1, "troupe", VERSION, "boss", "n", "i", 1, 1], "stranger", /role "boss"/],
    [[1, "troupe", VERSION, "client", "n", "i", 0, 1], "malformed", /kind hello/],
    [[1, "troupe", VERSION, "client", "x".repeat(2000), "i", 1, 1], "malformed", /kind hello/],
    [[1, "troupe", VERSION, "client", "n", "i", 1, 1, 7], "malformed", /kind hello/],
    [[1, "troupe", VERSION, "client", "n", "i", 1, 1, [1, 2, "token"]], "malformed", /kind hello/],
    [[12, 0, [-1]], "malformed", /kind place/],
    [[4, 0, null, [2 ** 50]], "limit", /limits\.messageBytes/],
    [[4, 0, null, [1, -1]], "malformed", /kind open/],
    [[6, 0, 1.5], "malformed", /kind credit/],
    [[8, 1], "malformed", /kind probe/],
    [[5, new Date(0)], "malformed", /0xd6 is no plain data/],
    [[5, new Map()], "malformed", /kind data/],
  ];
  for (const [value, code, text] of wrong) {
    assert.throws(() => decodeEnvelope(encode(value)), (error: Error) => {
      assert.equal(error instanceof ProtocolError, true, `${error}`);
      assert.deepEqual([(error as ProtocolError).code, text.test(error.message)], [code, true], error.message);
      return true;
    });
  }
});

Deno.test("decodeEnvelope() does not let anyone touch prototypes", () => {
  const evil = new Uint8Array([
    0x93,
    0,
    0x91,
    0x81,
    0xa9,
    ...new TextEncoder().encode("__proto__"),
    0x81,
    0xa1,
    0x78,
    1,
    0x90,
  ]);
  assert.throws(() => decodeEnvelope(evil), /__proto__ is not allowed/);
  const fine = encodeEnvelope({
    kind: "batch",
    headers: [{ constructor: 1, toString: null, prototype: "x" }],
    counts: [],
  });
  assert.deepEqual((decodeEnvelope(fine) as { headers?: unknown }).headers, [{
    constructor: 1,
    toString: null,
    prototype: "x",
  }]);
  assert.equal(({} as { x?: unknown }).x, undefined);
});

Deno.test("Scanner.scan() agrees with the encoder on everything plain, and on its depth", () => {
  const depthOf = (value: Header): number => {
    if (value === null || typeof value !== "object" || value instanceof Uint8Array) return 0;
    return 1 + Math.max(0, ...Object.values(value).map(depthOf));
  };
  fc.assert(fc.property(header, (it) => {
    const bytes = encode(it);
    const depth = depthOf(it);
    assert.equal(new Scanner(depth, 1e9).scan(bytes), true);
    if (depth > 0) {
      const shallow = new Scanner(depth - 1, 1e9);
      assert.equal(shallow.scan(bytes), false);
      assert.match(shallow.problem, /deeper than/);
    }
    for (let n = 0; n < bytes.length; n++) assert.equal(new Scanner(depth, 1e9).scan(bytes.subarray(0, n)), false);
    assert.equal(new Scanner(depth, 1e9).scan(new Uint8Array([...bytes, 0])), false);
  }));
});

Deno.test("Scanner.scan() refuses bombs before anything is allocated", () => {
  const scanner = new Scanner(32, 1e6);
  const refused: [number[], RegExp][] = [
    [[0xdd, 0xff, 0xff, 0xff, 0xff], /more values than it has bytes/],
    [[0xdf, 0xff, 0xff, 0xff, 0xff, 0xa0, 0x00], /more values than it has bytes/],
    [[0xdb, 0xff, 0xff, 0xff, 0xff], /ends in the middle/],
    [[0xc6, 0x7f, 0xff, 0xff, 0xff, 0], /ends in the middle/],
    [[0xdc, 0xff], /ends in the middle/],
    [[0xc1], /0xc1 is no plain data/],
    [[0xc7, 0, 1], /no plain data/],
    [[0x81, 0x01, 0x02], /key is not a string/],
    [[0x81, 0xc0, 0x02], /key is not a string/],
    [[], /ends in the middle/],
  ];
  for (const [bytes, problem] of refused) {
    assert.equal(scanner.scan(new Uint8Array(bytes)), false);
    assert.match(scanner.problem, problem);
  }
  assert.equal(scanner.scan(new Uint8Array(5000).fill(0x91)), false);
  assert.match(scanner.problem, /deeper than 32/);
  // 100,000 empty arrays in 100,000 bytes would be many megabytes of objects.
  const many = new Uint8Array(100_005).fill(0x90);
  many.set([0xdd, 0, 1, 0x86, 0xa0]);
  assert.equal(scanner.scan(many), false);
  assert.match(scanner.problem, /too much memory/);
});

Deno.test("EnvelopeCodec.decode() refuses an envelope that is too long unread", () => {
  const codec = new EnvelopeCodec({ ...DEFAULT_LIMITS, headerBytes: 1000 });
  assert.throws(() => codec.decode(new Uint8Array(1000 + 65_537)), /limits\.headerBytes/);
});

Deno.test("BatchWriter.head() is the same as the batch encoded at once", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(header, fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 200 })), { minLength: 1 }),
      (messages) => {
        const writer = new BatchWriter();
        const codec = new EnvelopeCodec();
        for (const round of [1, 2]) {
          for (const [it, frames] of messages) writer.add(codec.header(it), frames, 0, undefined);
          const decoded = decodeEnvelope(writer.head()) as Extract<Envelope, { kind: "batch" }>;
          const counts = messages.map(([, frames]) => frames.length);
          assert.deepEqual(decoded, {
            kind: "batch",
            headers: messages.map(([it]) => it),
            counts: counts.some((n) => n > 0) ? counts : [],
          }, `round ${round}`);
          assert.equal(writer.frames.length, counts.reduce((a, b) => a + b, 0));
          assert.equal(writer.head()[1], Kind.batch);
          writer.clear();
          assert.equal(writer.length, 0);
        }
      },
    ),
  );
});
