import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import {
  addCode,
  bundleModule,
  ClosureError,
  codeNow,
  describeCode,
  describeExport,
  loadCode,
  loadParser,
  ModuleLoadError,
  parseReference,
  registerInternals,
  UnknownCodeError,
} from "../../../actors/code/mod.ts";
import { NotSendableError, pack, unpack } from "../../../actors/values/mod.ts";
import * as here from "./modules/jobs.ts";

await loadParser();

// deno-lint-ignore no-explicit-any
type Any = any;
const jobs = import.meta.resolve("./modules/jobs.ts");

// deno-lint-ignore ban-types
async function travel(fn: Function): Promise<Any> {
  const d = describeCode(fn, "value");
  return await loadCode(d.ref, d.codes);
}

/** Names a closure is refused for. */
// deno-lint-ignore ban-types
function refused(fn: Function): readonly string[] {
  try {
    describeCode(fn, "value");
  } catch (e) {
    ok(e instanceof ClosureError, String(e));
    for (const v of e.variables) ok(e.message.includes(v));
    return e.variables;
  }
  return [];
}

Deno.test("describeCode() sends closed functions of every form", async () => {
  const object = {
    method(x: number) {
      return x + 1;
    },
    async later(x: number) {
      return await Promise.resolve(x + 1);
    },
    *numbers(n: number) {
      for (let i = 0; i < n; i++) yield i;
    },
    "odd name"(x: number) {
      return x + 1;
    },
    [`computed${1}`](x: number) {
      return x + 1;
    },
    delete(x: number) {
      return x + 1;
    },
  };
  class Calculator {
    static twice(x: number) {
      return 2 * x;
    }
  }
  function plain(x: number) {
    return x + 1;
  }
  async function* stream(n: number) {
    for (let i = 0; i < n; i++) yield await Promise.resolve(i);
  }
  strictEqual((await travel((x: number) => x + 1))(1), 2);
  strictEqual(await (await travel(async (x: number) => await Promise.resolve(x + 1)))(1), 2);
  strictEqual((await travel(plain))(1), 2);
  strictEqual((await travel(plain)).name, "plain");
  strictEqual((await travel(object.method))(1), 2);
  strictEqual(await (await travel(object.later))(1), 2);
  deepStrictEqual([...(await travel(object.numbers))(3)], [0, 1, 2]);
  strictEqual((await travel(object["odd name"]))(1), 2);
  strictEqual((await travel(object.computed1))(1), 2);
  strictEqual((await travel(object.delete))(1), 2);
  strictEqual((await travel(Calculator.twice))(4), 8);
  deepStrictEqual(await Array.fromAsync((await travel(stream))(3)), [0, 1, 2]);
  strictEqual(
    (await travel(({ a = 1, ...rest }: Any, [b]: Any) => a + b + Object.keys(rest).length))({ c: 1 }, [2]),
    4,
  );
});

Deno.test("describeCode() sends closed classes, and functions that call themselves", async () => {
  class Point {
    static origin = new Point(0, 0);
    #norm: number;
    constructor(readonly x: number, readonly y: number) {
      this.#norm = Math.hypot(x, y);
    }
    norm() {
      return this.#norm;
    }
  }
  const factorial = (n: number): number => n < 2 ? 1 : n * factorial(n - 1);
  const P = await travel(Point);
  strictEqual(new P(3, 4).norm(), 5);
  strictEqual((await travel(factorial))(5), 120);
});

Deno.test("describeCode() refuses closures and names their variables", () => {
  const n = 1, m = 2;
  const o = { n };
  strictEqual(String(refused((x: number) => x + n)), "n");
  strictEqual(String(refused((x: number) => x + n + m * n)), "n,m");
  strictEqual(String(refused(() => o.n)), "o");
  strictEqual(String(refused((x = n) => x)), "n");
  strictEqual(String(refused(({ [n]: x }: Any) => x)), "n");
  strictEqual(String(refused(() => ({ n }))), "n");
  strictEqual(String(refused(() => ({ [m]: 1 }))), "m");
  strictEqual(String(refused(() => typeof n)), "n");
  strictEqual(String(refused(() => `${n}`)), "n");
  strictEqual(String(refused(() => deepStrictEqual)), "deepStrictEqual");
  strictEqual(String(refused(class A extends Array {})), "");
  class Base {}
  strictEqual(String(refused(class B extends Base {})), "Base");
  strictEqual(
    String(refused(
      class {
        x = n;
        static {
          console.log(m);
        }
      },
    )),
    "n,m",
  );
  let later = 0;
  strictEqual(String(refused(() => later++)), "later");
  later++;
});

Deno.test("describeCode() does not take what is declared inside for a closure", () => {
  const inside: ((...args: Any[]) => unknown)[] = [
    (a, { b, c: [d = 1, ...e] }, ...f) => [a, b, d, e, f],
    () => {
      hoisted();
      function hoisted() {
        return later;
      }
      // deno-lint-ignore no-var
      var later = 1;
    },
    () => {
      for (let i = 0; i < 3; i++) if (i) continue;
      for (const [k, v] of Object.entries({})) console.log(k, v);
      for (const k in {}) String(k);
    },
    () => {
      label: for (;;) break label;
    },
    () => {
      try {
        throw 1;
      } catch (e) {
        return e;
      }
    },
    () => {
      try {
        return 1;
      } catch {
        return 2;
      }
    },
    function () {
      return arguments.length;
    },
    () =>
      class Inner {
        static x = 1;
        y = Inner.x;
        z() {
          return this.y;
        }
      },
    () => ({
      n: 1,
      get g() {
        return (this as Any).n;
      },
      f() {
        return super.toString();
      },
    }),
    () => {
      const rec = function again(n: number): number {
        return n ? again(n - 1) : 0;
      };
      return rec;
    },
    () => {
      switch (Math.random()) {
        case 0: {
          const x = 1;
          return x;
        }
        default:
          return undefined;
      }
    },
    (o) => o?.deep?.property.names["x"],
    () => {
      let assigned;
      ({ assigned } = { assigned: 1 });
      [assigned] = [2];
      return assigned;
    },
    () => typeof (globalThis as Any).window,
    () => new URL("http://x"),
    async () => (await import("node:path")).sep,
  ];
  for (const f of inside) strictEqual(String(refused(f)), "", String(f));
});

Deno.test("describeCode() refuses what surrounds a function silently: this, super, import.meta, bindings", () => {
  class Holder {
    x = 1;
    arrow = () => this.x;
    override = {
      f() {
        return super.toString();
      },
    };
  }
  const h = new Holder();
  strictEqual(String(refused(h.arrow)), "this");
  strictEqual(String(refused(h.override.f)), "super");
  strictEqual(String(refused(() => import.meta.url)), "import.meta");
  throws(() => describeCode(((x: number) => x).bind(null, 1), "value"), /bound function/);
  throws(() => describeCode(() => import("./modules/jobs.ts"), "value"), /relative import/);
});

Deno.test("describeCode() says in its error what to do, and where the function was sent", () => {
  const secret = 1;
  throws(() =>
    describeCode(function peek() {
      return secret;
    }, "value"), (e: unknown) => {
    ok(e instanceof ClosureError);
    strictEqual(e.function, "peek");
    ok(/the function peek \(sent at file:.*code_test\.ts:\d+\)/.test(e.message), e.message);
    ok(/"secret"/.test(e.message) && /argument/.test(e.message) && /client\.module/.test(e.message));
    return true;
  });
});

Deno.test("describeCode() makes one reference of equal sources", () => {
  const make = () => (x: number) => x * 3;
  strictEqual(describeCode(make(), "value").ref, describeCode(make(), "value").ref);
});

Deno.test("describeCode() names standard functions and what is registered", async () => {
  strictEqual(describeCode(Math.sqrt, "value").ref, "global:Math.sqrt");
  strictEqual(describeCode(parseInt, "value").ref, "global:parseInt");
  strictEqual(describeCode(JSON.stringify, "value").ref, "global:JSON.stringify");
  strictEqual(await travel(Math.sqrt), Math.sqrt);
  strictEqual(await (await travel(Promise.resolve))(3), 3);
  class InternalTest {
    static step(x: number) {
      return x + here.inc(x);
    }
  }
  registerInternals({ InternalTest });
  strictEqual(describeCode(InternalTest, "value").ref, "lib:InternalTest");
  strictEqual(describeCode(InternalTest.step, "value").ref, "lib:InternalTest.step");
  throws(() => registerInternals({ InternalTest: class {} }), RangeError);
});

Deno.test("bundleModule() bundles once and knows the exports", async () => {
  const bundle = bundleModule(jobs);
  strictEqual(bundleModule(jobs), bundle);
  deepStrictEqual([...bundle.exports].sort(), ["Heir", "Sealed", "Shape", "default", "inc", "lazily"]);
  // Here its references mean the program's own module.
  const d = describeExport(jobs, "inc");
  strictEqual(await loadCode(d.ref, d.codes), here.inc);
  throws(() => describeExport(jobs, "incc"), (e: unknown) => {
    ok(e instanceof UnknownCodeError);
    ok(/no "incc".*inc/.test(e.message), e.message);
    return true;
  });
});

Deno.test("describeCode() finds classes by their static module, and instances come back as theirs", async () => {
  const packed = pack([new here.Shape(5), here.Shape], { describe: describeCode });
  strictEqual(packed.codes.size, 1);
  await loadCode(describeExport(jobs, "Shape").ref, packed.codes);
  const [s, Shape] = unpack(packed, { code: codeNow }) as Any[];
  strictEqual(s.angleSum, 540);
  // In the process that bundled the module, its references mean the program's own.
  ok(s instanceof here.Shape);
  strictEqual(Shape, here.Shape);
  const triangle = await loadCode(describeExport(jobs, "Shape.triangle").ref) as Any;
  strictEqual(triangle.call(Shape).angleSum, 180);
  // What was loaded is described as what it was loaded from.
  strictEqual(describeCode(Shape, "value").ref, describeCode(here.Shape, "value").ref);
  strictEqual(describeCode(Shape, "value").codes.size, 1);
});

Deno.test("describeCode() refuses instances that would come back broken", () => {
  throws(() => pack([new here.Sealed()], { describe: describeCode, root: "args" }), (e: unknown) => {
    ok(e instanceof NotSendableError);
    ok(/args\[0\].*Sealed.*private fields.*toWire/.test(e.message), e.message);
    return true;
  });
  class Stranger extends here.Shape {}
  throws(() => pack([new Stranger(3)], { describe: describeCode }), /Stranger inherits `module`/);
  throws(() => pack([new URL("http://x")], { describe: describeCode }), /URL.*not known/);
  throws(() => pack([new (class Local {})()], { describe: describeCode }), /Local.*static readonly module/);
});

Deno.test("bundleModule() and loadCode() give the loader's own message", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/broken.ts`, "export const x: number = (1 +;\n");
    throws(() => bundleModule(`file://${dir}/broken.ts`), (e: unknown) => {
      ok(e instanceof ModuleLoadError);
      ok(/broken\.ts/.test(e.message) && /Expression expected|Unexpected/.test(e.message), e.message);
      return true;
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
  throws(() => bundleModule(import.meta.resolve("./modules/absent.ts")), ModuleLoadError);
  throws(() => bundleModule(import.meta.resolve("./absent/jobs.ts")), /there is no folder .*\/code\/absent$/);
  throws(() => bundleModule("./jobs.ts"), /import\.meta\.resolve/);
  const d = describeExport(import.meta.resolve("./modules/throws.ts"), "x");
  await rejects(loadCode(d.ref, d.codes), (e: unknown) => {
    ok(e instanceof ModuleLoadError);
    ok(/not today/.test(e.message), e.message);
    return true;
  });
});

Deno.test("loadCode() refuses references and bytes that are not what they say", async () => {
  for (const bad of ["", "x", "lib:", "mod:abc", "src:", "mod:#x", "http:x"]) {
    throws(() => parseReference(bad), UnknownCodeError);
  }
  await rejects(loadCode("src:0123"), /was not sent/);
  await rejects(loadCode("global:Math.nothing"), UnknownCodeError);
  await rejects(loadCode("global:nothing"), UnknownCodeError);
  throws(() => addCode("00", Uint8Array.of(1, 2)), /another hash/);
  throws(() => codeNow(`mod:${"0".repeat(32)}#x`), /not been loaded/);
});

Deno.test("loadCode() loads modules and closures in a thread without permissions, which know the user's lines", async () => {
  const text = `
    import { loadCode } from ${JSON.stringify(import.meta.resolve("../../../actors/code/mod.ts"))};
    self.onmessage = async (e) => {
      const out = [];
      for (const [ref, codes] of e.data) {
        try { out.push(await (await loadCode(ref, new Map(codes)))(20)); } catch (e) { out.push(e.stack); }
      }
      postMessage(out);
    };`;
  const worker = new Worker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })), {
    type: "module",
    deno: { permissions: { read: [new URL("../../../actors/", import.meta.url)] } },
  } as WorkerOptions);
  try {
    const work = [
      describeExport(jobs, "inc"),
      describeExport(jobs, "lazily"),
      describeExport(jobs, "default"),
      describeExport(jobs, "Shape.named"),
      describeCode((x: number) => x / 2, "value"),
    ];
    const answer = new Promise<unknown[]>((resolve, reject) => {
      worker.onmessage = (e) => resolve(e.data);
      worker.onerror = (e) => reject(new Error(e.message));
    });
    worker.postMessage(work.map((d) => [d.ref, [...d.codes]]));
    const [inc, stack, main, named, half] = await answer;
    strictEqual(inc, 21);
    strictEqual(half, 10);
    ok(String(stack).includes(`${import.meta.resolve("./modules/deep/helper.ts")}:4:`), String(stack));
    ok(String(stack).includes(`${jobs}:40:`), String(stack));
    // What it knows of itself is what it was, not what it was bundled to.
    strictEqual(main, jobs);
    deepStrictEqual(named, ["Shape", jobs]);
  } finally {
    worker.terminate();
  }
});
