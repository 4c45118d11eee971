/**
 * A child process's end of its supervision: one line of JSON on stdin is its config; stdin then stays open, and its end is
 * the child's end too; JSON lines on stdout tell the nanny how things are; SIGTERM asks it to leave.
 *
 * @module
 */

import type { Clock } from "../../transport/mod.ts";

/** What every child process's config may hold beside its own fields. */
export interface ChildConfig {
  /** A private folder that the child removes when its nanny is gone without a word. */
  readonly scratch?: string;
  /** How often it says that it is alive, in ms. Default 1,000. */
  readonly aliveEvery?: number;
}

/** The exit code of a child that ends in order to be started anew, as it was told to: its nanny does not hold it against it. */
export const RENEW_EXIT_CODE = 75;

/** What a child process tells its nanny; one JSON object a line. */
export type ChildLine =
  /** It is up; what others need to know of it. */
  | { readonly ready: Readonly<Record<string, unknown>> }
  /** It cannot start, or gives up for good, and will end. */
  | { readonly refused: string }
  /** Its loop turns. */
  | { readonly alive: number }
  /** It lacks something that the nanny can provide; it goes on without. */
  | { readonly wants: string };

/** The child's end. */
export interface Lifeline<C extends ChildConfig> {
  /** What the nanny wrote. */
  readonly config: C;
  /** Tells the nanny that the child is up, and from then on that it is alive. */
  ready(info: Readonly<Record<string, unknown>>): void;
  /** Tells the nanny that something is missing which it can provide. */
  want(what: string): void;
  /** Tells the nanny why the child cannot start, or gives up for good, and ends the process with code 1. It is not started again. */
  refuse(reason: string): never;
}

/**
 * Takes the config from stdin and watches over the process from then on. Call it first in a child's entry. Throws
 * SyntaxError when stdin does not begin with a line of JSON.
 *
 * @param clock For the "alive" lines.
 * @param leave Called once, at SIGTERM; when its promise is settled the process ends with code 0.
 */
export function openLifeline<C extends ChildConfig>(clock: Clock, leave: () => Promise<void>): Lifeline<C> {
  const config = readConfig() as C;
  const tell = (line: ChildLine): void => {
    try {
      const bytes = new TextEncoder().encode(JSON.stringify(line) + "\n");
      for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
    } catch {
      // Nobody reads any more: stdin says so too, and that ends the process.
    }
  };
  void untilCut().then(() => {
    if (config.scratch !== undefined) removeQuietly(config.scratch);
    Deno.exit(1);
  });
  let leaving = false;
  Deno.addSignalListener("SIGTERM", () => {
    if (leaving) return;
    leaving = true;
    leave().then(() => Deno.exit(0), (error) => {
      console.error(error);
      Deno.exit(1);
    });
  });
  // Ctrl-C goes to the whole group; what it means for the children is the nanny's to say.
  Deno.addSignalListener("SIGINT", () => {});
  return {
    config,
    ready(info) {
      tell({ ready: info });
      let n = 0;
      const every = config.aliveEvery ?? 1000;
      const beat = (): void => {
        tell({ alive: n++ });
        clock.after(every, beat);
      };
      clock.after(every, beat);
    },
    want(what) {
      tell({ wants: what });
    },
    refuse(reason): never {
      tell({ refused: reason });
      Deno.exit(1);
    },
  };
}

/** The first line of stdin. The nanny writes nothing after it. */
function readConfig(): unknown {
  const parts: Uint8Array[] = [];
  for (;;) {
    const chunk = new Uint8Array(16_384);
    const n = Deno.stdin.readSync(chunk);
    if (n === null) throw new SyntaxError("expected one line of JSON on stdin, got its end");
    parts.push(chunk.subarray(0, n));
    if (chunk[n - 1] === 10) break;
  }
  return JSON.parse(new TextDecoder().decode(concat(parts)));
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.byteLength, 0));
  let at = 0;
  for (const p of parts) {
    all.set(p, at);
    at += p.byteLength;
  }
  return all;
}

async function untilCut(): Promise<void> {
  const sink = new Uint8Array(256);
  try {
    while (await Deno.stdin.read(sink) !== null);
  } catch {
    // As good as its end.
  }
}

function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch {
    // Another child was quicker, or it is not ours to remove.
  }
}
