/**
 * A child process as its nanny sees it.
 *
 * @module
 */

import type { ChildLine } from "../core/mod.ts";

/** What to run. */
export interface ProcessCommand {
  /** The entry's URL or path. */
  readonly entry: string;
  /** Deno's flags: permissions and the like. */
  readonly flags: readonly string[];
  /** Environment variables beside the nanny's own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Who is told what a child process does. */
export interface ProcessListener {
  /** A line of the protocol. */
  said(line: ChildLine): void;
  /** A line of its log (stderr, or of stdout what is not of the protocol). */
  logged(text: string): void;
  /** It is gone; all that it said has been told. */
  ended(status: Deno.CommandStatus): void;
}

/**
 * A running child: its config is written to its stdin, which then stays open for as long as this process lives. It does not
 * keep this process from ending.
 */
export class ChildProcess {
  readonly #process: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  #gone = false;
  /** Settled when its config is on its way to it. Never rejects. */
  readonly told: Promise<void>;

  /** Starts it. Throws what `Deno.Command` throws. */
  constructor(command: ProcessCommand, config: unknown, listener: ProcessListener) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", ...command.flags, command.entry],
      env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1", ...command.env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#process.unref();
    this.#stdin = this.#process.stdin.getWriter();
    // When it has died already, its end is told soon enough.
    this.told = this.#stdin.write(new TextEncoder().encode(JSON.stringify(config) + "\n")).catch(() => {});
    const out = lines(this.#process.stdout, (text) => {
      const line = protocolLine(text);
      if (line === undefined) listener.logged(text);
      else listener.said(line);
    });
    const err = lines(this.#process.stderr, (text) => listener.logged(text));
    void this.#process.status.then(async (status) => {
      this.#gone = true;
      this.cut();
      await Promise.all([out, err]);
      listener.ended(status);
    });
  }

  /** The process's id. */
  get pid(): number {
    return this.#process.pid;
  }

  /** Asks it to leave. */
  ask(): void {
    this.#signal("SIGTERM");
  }

  /** Closes its lifeline: it ends at once, without a word to anybody. */
  cut(): void {
    this.#stdin.close().catch(() => {});
  }

  /** Ends it, whatever it does. */
  kill(): void {
    this.#signal("SIGKILL");
  }

  #signal(signal: Deno.Signal): void {
    if (this.#gone) return;
    try {
      this.#process.kill(signal);
    } catch {
      // It ended in this moment.
    }
  }
}

async function lines(stream: ReadableStream<Uint8Array>, each: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const chunk of stream) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = parts.pop()!;
      for (const part of parts) each(part);
    }
  } catch {
    // The pipe broke: as good as its end.
  }
  if (rest !== "") each(rest);
}

function protocolLine(text: string): ChildLine | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const value = JSON.parse(text);
    return ["ready", "alive", "refused", "wants"].some((kind) => kind in value) ? value : undefined;
  } catch {
    return undefined;
  }
}
