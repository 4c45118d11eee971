/** The memory of this process and all that it started, at most. */

/** Looks ten times a second, on Linux; elsewhere the peak stays 0. */
export class PeakMemory implements AsyncDisposable {
  /** Bytes that were resident at a time, at most. */
  peak = 0;
  readonly #timer: ReturnType<typeof setInterval>;

  /** Begins to look. */
  constructor() {
    this.#timer = setInterval(() => this.#look(), 100);
  }

  #look(): void {
    const parent = new Map<string, string>(), bytes = new Map<string, number>();
    try {
      for (const { name } of Deno.readDirSync("/proc")) {
        if (!/^\d+$/.test(name)) continue;
        try {
          const text = Deno.readTextFileSync(`/proc/${name}/status`);
          parent.set(name, /^PPid:\s*(\d+)/m.exec(text)?.[1] ?? "0");
          bytes.set(name, 1024 * Number(/^VmRSS:\s*(\d+)/m.exec(text)?.[1] ?? 0));
        } catch {
          // It has ended.
        }
      }
    } catch {
      return;
    }
    const me = String(Deno.pid);
    let total = 0;
    for (const pid of parent.keys()) {
      let at: string | undefined = pid;
      while (at !== undefined && at !== me) at = parent.get(at);
      if (at === me) total += bytes.get(pid) ?? 0;
    }
    this.peak = Math.max(this.peak, total);
  }

  /** Stops looking. */
  [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    return Promise.resolve();
  }
}
