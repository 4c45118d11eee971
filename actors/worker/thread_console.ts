/**
 * The console of an executor thread: what tasks print is told with the task's key.
 *
 * @module
 */

function shown(v: unknown): string {
  return typeof v === "string" ? v : Deno.inspect(v);
}

/** Arguments of `console.log` as one text: `%s`, `%d`, `%i`, `%f`, `%j`, `%o`, `%O`, `%c` and `%%` as usual, the rest side by side. */
export function formatLine(args: readonly unknown[]): string {
  let next = 1;
  const first = typeof args[0] !== "string" || args.length === 1 ? shown(args[0] ?? "") : args[0].replace(
    /%([sdifjoOc%])/g,
    (whole, kind: string) => {
      if (kind === "%") return "%";
      if (next >= args.length) return whole;
      const v = args[next++];
      switch (kind) {
        case "s":
          return shown(v);
        case "d":
          return String(Number(v));
        case "i":
          return String(Math.trunc(Number(v)));
        case "f":
          return String(Number(v));
        case "j":
          return JSON.stringify(v) ?? "undefined";
        case "c":
          return "";
        default:
          return Deno.inspect(v);
      }
    },
  );
  if (args.length === 0) return "";
  return [args[0] === undefined ? "undefined" : first, ...args.slice(next).map(shown)].join(" ");
}

/** Has `tell` told of every line that is printed in this thread. */
export function captureConsole(tell: (level: string, text: string) => void): void {
  const printers: Record<string, string> = {
    log: "info",
    info: "info",
    debug: "debug",
    trace: "debug",
    warn: "warn",
    error: "error",
  };
  for (const [name, level] of Object.entries(printers)) {
    (console as unknown as Record<string, unknown>)[name] = (...args: unknown[]): void => tell(level, formatLine(args));
  }
  console.dir = (value: unknown): void => tell("info", Deno.inspect(value));
  console.table = (data?: unknown): void => tell("info", Deno.inspect(data));
  console.assert = (condition?: boolean, ...args: unknown[]): void => {
    if (!condition) tell("error", `Assertion failed${args.length > 0 ? `: ${formatLine(args)}` : ""}`);
  };
}
