import assert from "node:assert/strict";
import { CompressingDisk, worthCompressing } from "../../../actors/worker/compressing_disk.ts";
import { type DiskCopy, SpillFile } from "../../../actors/worker/mod.ts";
import { seededRandom } from "../../../actors/core/mod.ts";

Deno.test("worthCompressing() weighs what the disk is spared against the time it takes", () => {
  const GB = 1e6, MB = 1e3; // bytes in a millisecond
  // Labels, of which a fifth is left: on a slow disk, not on a fast one.
  assert(worthCompressing(0.2, 400 * MB, 100 * MB));
  assert(!worthCompressing(0.2, 400 * MB, 2 * GB));
  // Random numbers: never.
  assert(!worthCompressing(0.98, 800 * MB, 10 * MB));
  // Zeros: wherever compressing them is faster than the disk.
  assert(worthCompressing(1e-4, 4 * GB, 2 * GB));
});

async function roundTrip(worth: (typeof worthCompressing) | undefined, parts: Uint8Array[]): Promise<number> {
  const directory = await Deno.makeTempDir();
  try {
    let time = 0;
    const disk = new CompressingDisk(SpillFile.open(directory), { now: () => time++, worth });
    const write = (): Promise<DiskCopy> =>
      new Promise((resolve, reject) =>
        disk.write(parts, (copy) => copy instanceof Error ? reject(copy) : resolve(copy))
      );
    await write().then((copy) => copy.free());
    const copy = await write();
    assert.deepEqual(copy.sizes, parts.map((p) => p.byteLength));
    const { used } = disk;
    const into = parts.map((p) => new Uint8Array(new SharedArrayBuffer(p.byteLength)));
    await new Promise<void>((resolve, reject) =>
      disk.read(copy, into, (error) => error === undefined ? resolve() : reject(error))
    );
    into.forEach((p, i) => assert(p.every((v, k) => v === parts[i][k]), `part ${i} is as it was`));
    copy.free();
    assert.equal(disk.used, 0);
    return used;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function parts(bytes: (k: number) => number): Uint8Array[] {
  return [300, 0, 9_000_001, 65_537, 1 << 20].map((size) =>
    new Uint8Array(new SharedArrayBuffer(size)).map((_, k) => bytes(k))
  );
}

Deno.test("CompressingDisk writes less, and reads all of it again", async () => {
  const given = parts((k) => k % 4 === 0 ? (k >> 2) % 12 : 0);
  const bytes = given.reduce((n, p) => n + p.byteLength, 0);
  const seen: number[] = [];
  const used = await roundTrip((part, speed, disk) => {
    seen.push(part, speed, disk);
    return true;
  }, given);
  assert(used < bytes / 4, `${used} of ${bytes} bytes`);
  assert(seen[0] < 0.3 && seen.every((v) => v > 0), `tried: ${seen}`);
});

Deno.test("CompressingDisk leaves what looks random as it is", async () => {
  const random = seededRandom(1);
  const given = parts(() => random.next() * 256);
  const used = await roundTrip((part, speed, disk) => {
    assert(part > 0.95, `${part} is left`);
    return worthCompressing(part, speed, disk);
  }, given);
  assert.equal(used, given.reduce((n, p) => n + p.byteLength, 0));
});
