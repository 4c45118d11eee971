/**
 * How much of a processor this process has taken. Node's way is not asked first: to load it takes 10 ms and more.
 *
 * @module
 */

type Ask = () => number;

/** Linux and macOS: of the process itself; and bytes of the answer, which begins with two times of seconds and microseconds. */
const RUSAGE_SELF = 0, RUSAGE_BYTES = 256;

let ask: Ask | undefined;

function bySystem(): Ask | undefined {
  try {
    const library = Deno.build.os === "darwin" ? "libSystem.dylib" : "libc.so.6";
    const { symbols } = Deno.dlopen(library, { getrusage: { parameters: ["i32", "buffer"], result: "i32" } });
    const answer = new DataView(new ArrayBuffer(RUSAGE_BYTES));
    const ms = (at: number): number =>
      1000 * Number(answer.getBigInt64(at, true)) + answer.getInt32(at + 8, true) / 1000;
    return () => symbols.getrusage(RUSAGE_SELF, answer.buffer) === 0 ? ms(0) + ms(16) : NaN;
  } catch {
    return undefined;
  }
}

function byNode(): Ask {
  let used: Ask = () => NaN;
  void import("node:process").then(({ default: process }) => {
    used = () => (process.cpuUsage().user + process.cpuUsage().system) / 1000;
  });
  return () => used();
}

/** Milliseconds of all its threads since it began; NaN while that is not known. */
export function cpuTime(): number {
  return (ask ??= bySystem() ?? byNode())();
}
