/** Seeing processes of this machine, for tests that must leave none. */

/** Process ids of all living descendants of a process (zombies not counted), by a walk through /proc or `ps`. */
export async function descendants(root: number = Deno.pid): Promise<number[]> {
  const ps = new Deno.Command("ps", { args: ["-e", "-o", "pid=,ppid=,stat="], stdout: "piped" }).spawn();
  const { stdout } = await ps.output();
  const children = new Map<number, number[]>();
  for (const line of new TextDecoder().decode(stdout).trim().split("\n")) {
    const [pid, ppid, stat] = line.trim().split(/\s+/);
    if (stat.startsWith("Z") || Number(pid) === ps.pid) continue;
    const siblings = children.get(Number(ppid)) ?? [];
    siblings.push(Number(pid));
    children.set(Number(ppid), siblings);
  }
  const found: number[] = [];
  const walk = (pid: number): void => {
    for (const child of children.get(pid) ?? []) {
      found.push(child);
      walk(child);
    }
  };
  walk(root);
  return found;
}

/** Whether a process lives (a zombie does not). */
export async function lives(pid: number): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", `${pid}`] }).output();
  const stat = new TextDecoder().decode(stdout).trim();
  return stat !== "" && !stat.startsWith("Z");
}

/** Looks every 20 ms until `is` says so; throws after `ms` with what was awaited. */
export async function until(what: string, is: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  const end = performance.now() + ms;
  while (!await is()) {
    if (performance.now() > end) throw new Error(`waited ${ms} ms for: ${what}`);
    await new Promise((r) => setTimeout(r, 20));
  }
}
