/**
 * How much memory another process takes.
 *
 * @module
 */

/**
 * Resident bytes of a process, shared memory included; undefined when it is gone or cannot be seen. Linux: from /proc (which
 * Deno opens to programs with all permissions only); elsewhere, and without them, from `ps`.
 */
export async function residentMemory(pid: number): Promise<number | undefined> {
  if (Deno.build.os === "linux") {
    try {
      const kib = /^VmRSS:\s+(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`));
      return kib === null ? undefined : Number(kib[1]) * 1024;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
    }
  }
  try {
    const { stdout } = await new Deno.Command("ps", { args: ["-o", "rss=", "-p", `${pid}`], stderr: "null" }).output();
    const kib = Number(new TextDecoder().decode(stdout).trim());
    return kib > 0 ? kib * 1024 : undefined;
  } catch {
    return undefined;
  }
}
