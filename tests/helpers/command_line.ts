/** Schedulers and workers as they are started on a command line, for tests. */

import { descendants, lives, until } from "./processes.ts";

const cli = import.meta.resolve("../../actors/cli.ts");

/** A running command. */
export class RunningCommand {
  readonly #process: Deno.ChildProcess;
  readonly #line = Promise.withResolvers<string>();
  /** Its log so far. */
  log = "";
  /** Settled with its end. */
  readonly status: Promise<Deno.CommandStatus>;

  /** Starts it: the command's name, then its arguments. `task` runs it as `deno task` does, which is then its process. */
  constructor(task: "task" | string, ...args: string[]) {
    if (task !== "task") args = [task, ...args];
    this.#process = new Deno.Command(Deno.execPath(), {
      args: task === "task" ? ["task", "--quiet", ...args] : ["run", "-A", "--no-prompt", cli, ...args],
      cwd: new URL("../..", import.meta.url),
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#line.promise.catch(() => {});
    const end = Promise.all([this.#read(), this.#readLog()]);
    this.status = this.#process.status.then(async (status) => {
      await end;
      this.#line.reject(new Error(`${args.join(" ")} ended with code ${status.code}:\n${this.log}`));
      return status;
    });
  }

  /** Its process id: that of the nanny. */
  get pid(): number {
    return this.#process.pid;
  }

  /** What it prints when it is up: the address is its last word. */
  async address(): Promise<string> {
    return (await this.#line.promise).split(" ").at(-1)!;
  }

  /** Ids of the processes it has started. */
  children(): Promise<number[]> {
    return descendants(this.pid);
  }

  /** Sends it a signal, if it is still there. */
  signal(signal: Deno.Signal): void {
    try {
      this.#process.kill(signal);
    } catch {
      // It has ended.
    }
  }

  /** Asks it to end, and sees to it that none of its processes is left. */
  async end(): Promise<Deno.CommandStatus> {
    const all = await this.children();
    this.signal("SIGTERM");
    const timer = setTimeout(() => this.signal("SIGKILL"), 30_000);
    const status = await this.status;
    clearTimeout(timer);
    for (const pid of all) await until(`process ${pid} to end`, async () => !await lives(pid));
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  async #read(): Promise<void> {
    let text = "";
    for await (const chunk of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const end = text.indexOf("\n");
      if (end >= 0) this.#line.resolve(text.slice(0, end));
    }
  }

  async #readLog(): Promise<void> {
    for await (const chunk of this.#process.stderr.pipeThrough(new TextDecoderStream())) this.log += chunk;
  }
}
