import { KernelError } from "./errors.ts";

/** A built module: `wasm/NAME.ts` has this form. */
export interface BuiltModule {
  /** With relaxed SIMD, as base64. */
  readonly relaxed: string;
  /** Without it, as base64. */
  readonly plain: string;
}

/** What a module exports: functions of numbers. */
// deno-lint-ignore no-explicit-any -- some give nothing
export type KernelExports = Record<string, (...args: any[]) => any>;

/** `(func (param v128) … f64x2.relaxed_madd)` and nothing else. */
// deno-fmt-ignore
const RELAXED = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 1, 123, 0, 3, 2, 1, 0,
  10, 14, 1, 12, 0, 32, 0, 32, 0, 32, 0, 253, 135, 2, 26, 11,
]);

let relaxed: boolean | undefined;

/** Whether this engine has relaxed SIMD (fused multiply-add, where the processor has it). */
export function hasRelaxedSIMD(): boolean {
  return relaxed ??= WebAssembly.validate(RELAXED);
}

const modules = new WeakMap<BuiltModule, WebAssembly.Module>();
const instances = new WeakMap<WebAssembly.Memory, Map<BuiltModule, KernelExports>>();

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** The functions of a module over a memory: compiled once a thread (which the engine shares with the process's other threads), one instance a memory. */
export function instantiate<E extends KernelExports>(built: BuiltModule, memory: WebAssembly.Memory): E {
  let known = instances.get(memory);
  if (known === undefined) instances.set(memory, known = new Map());
  let exports = known.get(built);
  if (exports === undefined) {
    let module = modules.get(built);
    if (module === undefined) {
      const bytes = bytesOf(hasRelaxedSIMD() ? built.relaxed : built.plain);
      if (!WebAssembly.validate(bytes)) throw new KernelError("this engine does not take WebAssembly with SIMD");
      modules.set(built, module = new WebAssembly.Module(bytes));
    }
    exports = new WebAssembly.Instance(module, { env: { memory } }).exports as KernelExports;
    known.set(built, exports);
  }
  return exports as E;
}
