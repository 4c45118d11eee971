/** What a process and all it started use, by /proc (Linux). */

interface Stat {
  pid: number;
  parent: number;
  /** Clock ticks (hundredths of a second). */
  cpu: number;
  /** Bytes in memory, shared pages included. */
  rss: number;
}

const PAGE = 4096;
const TICKS = 100;

function stat(pid: number): Stat | undefined {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { pid, parent: +fields[1], cpu: +fields[11] + +fields[12], rss: +fields[21] * PAGE };
  } catch {
    return undefined;
  }
}

/** The processes that `root` started, and those that they started. */
export function descendants(root: number): number[] {
  const all: Stat[] = [];
  for (const entry of Deno.readDirSync("/proc")) {
    const s = /^\d+$/.test(entry.name) ? stat(+entry.name) : undefined;
    if (s !== undefined) all.push(s);
  }
  const found = new Set([root]);
  for (let before = 0; before !== found.size;) {
    before = found.size;
    for (const s of all) if (found.has(s.parent)) found.add(s.pid);
  }
  found.delete(root);
  return [...found];
}

/** CPU seconds spent and bytes in memory, summed. */
export function usage(pids: readonly number[]): { cpu: number; rss: number } {
  const stats = pids.map(stat).filter((s) => s !== undefined);
  return {
    cpu: stats.reduce((s, p) => s + p.cpu, 0) / TICKS,
    rss: stats.reduce((s, p) => s + p.rss, 0),
  };
}

/** Bytes in memory, where a page that several processes share counts as its part for each. */
export function shared(pids: readonly number[]): number {
  let kilobytes = 0;
  for (const pid of pids) {
    const text = Deno.readTextFileSync(`/proc/${pid}/smaps_rollup`);
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
  }
  return kilobytes * 1024;
}
