/** The peer's process of one row. */

import type { PeerCode } from "./row.ts";

/** One timed run, in seconds. */
export interface Timing {
  readonly wall: number;
  readonly cpu: number;
  readonly value?: unknown;
}

/** A Python that has set up a row and waits for runs. */
export class Peer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #rest = "";

  private constructor(python: string, env: Readonly<Record<string, string>> = {}) {
    const script = new URL("../peers/ml_row.py", import.meta.url).pathname;
    this.#child = new Deno.Command(python, { args: [script], env, stdin: "piped", stdout: "piped", stderr: "inherit" })
      .spawn();
    this.#stdin = this.#child.stdin.getWriter();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Starts it, and waits until it has set up. */
  static async start(python: string, code: PeerCode): Promise<Peer> {
    const peer = new Peer(python, code.env);
    await peer.#ask(JSON.stringify(code));
    return peer;
  }

  /** One run. */
  async run(): Promise<Timing> {
    return JSON.parse(await this.#ask("run")) as Timing;
  }

  async #ask(line: string): Promise<string> {
    await this.#stdin.write(new TextEncoder().encode(`${line}\n`));
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#lines.read();
      if (done) throw new Error(`the peer ended (code ${(await this.#child.status).code})`);
      this.#rest += value;
    }
    const end = this.#rest.indexOf("\n");
    const answer = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + 1);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stdin.close().catch(() => {});
    await this.#lines.cancel().catch(() => {});
    await this.#child.status;
  }
}
