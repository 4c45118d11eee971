/** A module that opens a native library when it is imported, as the library's own do. For tests. */

const linux = Deno.build.os === "linux";
const libc = Deno.dlopen(linux ? "libc.so.6" : "libSystem.dylib", { getpid: { parameters: [], result: "i32" } });

(globalThis as { nativePid?: () => number }).nativePid = () => libc.symbols.getpid();
