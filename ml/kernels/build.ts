/**
 * Builds the WASM modules: `deno task kernels [NAME …]`. Each source `assembly/NAME.as` becomes `wasm/NAME.ts`, the bytes as base64 in a
 * TypeScript file, so that they load wherever the library's own modules do: in sandboxed threads, from a bundle, and over JSR.
 */

import { main as assemble } from "assemblyscript/asc";
import { nearest } from "../../actors/core/mod.ts";

const HERE = new URL(".", import.meta.url);

/** Names of all sources, in order. */
export function sourceNames(): string[] {
  return [...Deno.readDirSync(new URL("assembly/", HERE))]
    .filter((e) => e.name.endsWith(".as"))
    .map((e) => e.name.slice(0, -3))
    .sort();
}

async function compile(name: string, relaxed: boolean): Promise<Uint8Array> {
  let wasm: Uint8Array | undefined;
  const flags = [
    ...["--outFile", "out.wasm", "--runtime", "stub", "-O3", "--noAssert", "--uncheckedBehavior", "always"],
    ...["--enable", relaxed ? "simd,threads,relaxed-simd" : "simd,threads"],
    // Every module computes in a memory that it is given: a worker's arena, or the thread's own.
    ...["--importMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
  ];
  const { error, stderr } = await assemble([`${name}.ts`, ...flags], {
    readFile: (path: string) => {
      // The compiler knows its sources by ".ts"; on disk they are ".as", which no tool takes for TypeScript.
      if (!path.endsWith(".ts")) return null;
      try {
        return Deno.readTextFileSync(new URL(`assembly/${path.slice(0, -3)}.as`, HERE));
      } catch {
        return null;
      }
    },
    writeFile: (path: string, data: string | Uint8Array) => {
      if (path === "out.wasm") wasm = data as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error !== null || wasm === undefined) {
    throw new Error(`ml/kernels/assembly/${name}.as does not compile:\n${stderr.toString()}`, { cause: error });
  }
  // Data would be written over what lies in the memory that the module is given.
  if (hasSection(wasm, 11)) {
    throw new Error(`ml/kernels/assembly/${name}.as has static data: no literal arrays, no strings, no \`new\``);
  }
  return wasm;
}

/** Whether a module has a section of this number with anything in it. */
function hasSection(wasm: Uint8Array, wanted: number): boolean {
  let at = 8;
  while (at < wasm.length) {
    const id = wasm[at++];
    let size = 0;
    for (let shift = 0;; shift += 7) {
      const byte = wasm[at++];
      size |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    if (id === wanted && size > 1) return true;
    at += size;
  }
  return false;
}

/** What `wasm/NAME.ts` holds: the module with relaxed SIMD, and without. */
export async function built(name: string): Promise<string> {
  const relaxed = await compile(name, true);
  const plain = await compile(name, false);
  const text = (wasm: Uint8Array<ArrayBufferLike>): string => {
    let s = "";
    for (const b of wasm) s += String.fromCharCode(b);
    return btoa(s);
  };
  const same = relaxed.length === plain.length && relaxed.every((b, i) => b === plain[i]);
  return [
    `// Made from assembly/${name}.as by \`deno task kernels\`: do not change by hand.`,
    `export const relaxed = "${text(relaxed)}";`,
    same ? "export const plain = relaxed;" : `export const plain = "${text(plain)}";`,
    "",
  ].join("\n");
}

if (import.meta.main) {
  Deno.mkdirSync(new URL("wasm/", HERE), { recursive: true });
  const names = sourceNames();
  if (Deno.args.includes("--help")) {
    console.log(`Usage: deno task kernels [NAME …]\n\nBuilds the WASM modules: all, or those of ${names.join(", ")}.`);
    Deno.exit(0);
  }
  const unknown = Deno.args.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const meant = nearest(unknown, names);
    const hint = meant === undefined ? `there are ${names.join(", ")}` : `did you mean ${meant}?`;
    console.error(`error: kernels: no source ${unknown}; ${hint}`);
    Deno.exit(2);
  }
  for (const name of Deno.args.length > 0 ? Deno.args : names) {
    const text = await built(name);
    Deno.writeTextFileSync(new URL(`wasm/${name}.ts`, HERE), text);
    console.log(`${name}: ${(text.length * 3 / 8 / 1000).toFixed(1)} kB`);
  }
}
