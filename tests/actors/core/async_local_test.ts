import assert from "node:assert/strict";
import * as own from "../../../actors/core/async_local.ts";

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** The same file where Deno shows nothing of its own: another instance of it, which has not looked yet. */
async function overNode(): Promise<typeof own> {
  const deno = Deno as unknown as Record<symbol, unknown> & { internal: symbol };
  const { internal } = deno;
  const before = Object.getOwnPropertyDescriptor(deno, "internal")!;
  Object.defineProperty(deno, "internal", { ...before, value: Symbol("nothing") });
  try {
    const other: typeof own = await import(`${import.meta.resolve("../../../actors/core/async_local.ts")}?over-node`);
    other.asyncLocal(); // It looks now.
    return other;
  } finally {
    Object.defineProperty(deno, "internal", before);
    assert.equal(deno.internal, internal);
  }
}

for (const [name, load] of [["", () => Promise.resolve(own)], [" over AsyncLocalStorage", overNode]] as const) {
  Deno.test(`asyncLocal()${name} follows code through its awaits, and nobody else`, async () => {
    const { asyncLocal } = await load();
    const a = asyncLocal<string>(), b = asyncLocal<number>();
    assert.equal(a.get(), undefined);
    const seen: string[] = [];
    const walk = async (who: string): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        seen.push(`${who} ${a.get()} ${b.get()}`);
        await turn();
      }
    };
    await Promise.all([
      a.run("x", () => walk("first")),
      a.run("y", () => b.run(2, () => walk("second"))),
      walk("none"),
    ]);
    assert.equal(a.get(), undefined);
    assert.deepEqual([...new Set(seen)].sort(), ["first x undefined", "none undefined undefined", "second y 2"]);
    assert.throws(() => a.run("z", () => assert.equal(a.get(), "other")));
    assert.equal(a.get(), undefined, "also after an error");
    assert.equal(a.run("outer", () => a.run("inner", () => a.get()) + " " + a.get()), "inner outer");
  });

  Deno.test(`asyncSnapshot()${name} brings the values of before`, async () => {
    const { asyncLocal, asyncSnapshot } = await load();
    const a = asyncLocal<string>();
    const there = a.run("then", () => asyncSnapshot());
    assert.equal(there(() => a.get()), "then");
    const later = a.run("now", () =>
      there(async () => {
        await turn();
        return a.get();
      }));
    assert.equal(await later, "then");
    assert.equal(a.get(), undefined);
  });
}
