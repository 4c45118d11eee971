import assert from "node:assert/strict";
import { delimiterByte, readNumberLines } from "../../../ml/chunked/csv_numbers.ts";
import { RandomState } from "../../../mod.ts";

const encoder = new TextEncoder();

/** What comes of lines of `fields` fields, all of which are wanted. */
function read(text: string, fields: number, places: readonly number[] = Array.from({ length: fields }, (_, i) => i)) {
  const width = places.filter((p) => p >= 0).length;
  const out = new Float64Array(width * (text.split("\n").length + 1)).fill(-99);
  const lines = { delimiter: 44, places: Int32Array.from(places), width };
  const rows = readNumberLines(encoder.encode(text), lines, out, 0);
  return rows < 0 ? null : [...out.subarray(0, rows * width)];
}

Deno.test("readNumberLines() reads each number as the engine does", () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  const rng = new RandomState(seed);
  const bits = new DataView(new ArrayBuffer(8));
  const fields: string[] = [
    "0",
    "-0",
    "+1",
    "1.",
    ".5",
    "-.5e3",
    "1E5",
    "1e+5",
    "1e-5",
    "5e-324",
    "1e400",
    "0.1",
    "1e22",
    "1e23",
  ];
  fields.push(
    "9007199254740993.0",
    "0.30000000000000004",
    "123456789012345678901234567890.5",
    "000000000000000000001.5",
  );
  for (let i = 0; i < 3000; i++) {
    const [a, b] = Array.from(rng.randint(0, 2 ** 32 - 1, 2).data, Number);
    bits.setUint32(0, a);
    bits.setUint32(4, b);
    const any = bits.getFloat64(0);
    // Whole numbers that are longer than a float64 holds are names.
    if (Number.isFinite(any)) fields.push(any.toExponential(), /^-?\d{16,}$/.test(String(any)) ? "0" : String(any));
    fields.push(String(a / 1000), (a / b).toFixed(12), String(a), String(-b / 2 ** 32));
  }
  const got = read(fields.join("\n"), 1);
  assert.ok(got !== null);
  assert.equal(got.length, fields.length);
  fields.forEach((field, i) => assert.ok(Object.is(got[i], Number(field)), `${field}: ${got[i]}; seed ${seed}`));
});

Deno.test("readNumberLines() takes lines as they are, and leaves what it does not know", () => {
  assert.deepEqual(read("1,2\n3,4\n", 2), [1, 2, 3, 4]);
  assert.deepEqual(read("1,2\r\n\r\n\n3,4\r\n", 2), [1, 2, 3, 4]);
  assert.deepEqual(read("1,\n,4", 2), [1, NaN, NaN, 4]);
  assert.deepEqual(read("1,text here,2\n3,,4\n", 3, [1, -1, 0]), [2, 1, 4, 3]);
  assert.deepEqual(read("1,text\r\n3,\n", 2, [0, -1]), [1, 3]);
  for (
    const odd of ["1,2,3\n", "1\n", "1, 2\n", "1,x\n", '"1",2\n', "-,1\n", ".,1\n", "1e,2\n", "1,nan\n", "--1,2\n"]
  ) {
    assert.equal(read(odd, 2), null, JSON.stringify(odd));
  }
  assert.equal(read("12345678901234567890\n", 1), null, "a name, and no number");
  assert.equal(read('1,"a,b"\n', 2, [0, -1]), null);
  assert.equal(read("1,a,b\n", 2, [0, -1]), null);
  assert.equal(read("1,a\n2\n", 2, [0, -1]), null);
  assert.deepEqual([",", ";", "\t", " "].map(delimiterByte), [44, 59, 9, 32]);
  assert.deepEqual(["", "..", ".", "e", "-", "\n", "é"].map(delimiterByte), new Array(7).fill(undefined));
});
