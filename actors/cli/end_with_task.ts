/**
 * A program that `deno task` runs ends when the task is killed.
 *
 * `deno task` runs a program as its child, and `npx deno task` runs that through three processes more. Whoever kills one of them with -9 means the
 * program, which hears nothing of it. So it looks whether they are still above it.
 *
 * The rule: the tasks of deno.json say by the variable TROUPE_TASK that a `deno task` is the parent; a program that was started in another way
 * outlives its parent, as any does. Those that stand for the program are its parent and, from there upward, each deno or node whose own words have
 * `task` among them (`deno task demo`, `npm exec deno task demo`), with the shell that npm puts between. What started the uppermost is the user's (a
 * shell, nohup, setsid, a service) and may come and go: a task in the background outlives its shell.
 *
 * @module
 */

/** Milliseconds between looks. */
const LOOK = 200;

/** Ends this process with code 1 when one of those that stand for it is gone, if it was started by a task; its children end with it. */
export function endWithTask(): void {
  if (Deno.env.get("TROUPE_TASK") !== "1") return;
  const parent = Deno.ppid;
  const above = linksAbove(parent, (pid) => readProcess(pid));
  Deno.unrefTimer(setInterval(() => {
    if (Deno.ppid !== parent || above.some(([pid, its]) => parentOf(pid) !== its)) Deno.exit(1);
  }, LOOK));
}

/** A process, as far as it matters here. */
export interface SeenProcess {
  readonly parent: number;
  /** The name of the file that it runs. */
  readonly program: string;
  /** Its command line. */
  readonly words: string;
}

/**
 * Which processes must keep which parent: from `pid`, itself a task, up to the uppermost that stands for it.
 *
 * @param look What a process is; undefined where that cannot be seen.
 */
export function linksAbove(
  pid: number,
  look: (pid: number) => SeenProcess | undefined,
): (readonly [number, number])[] {
  const links: (readonly [number, number])[] = [];
  let certain = 0;
  for (let seen = look(pid); seen !== undefined && seen.parent > 0; seen = look(pid)) {
    links.push([pid, seen.parent]);
    pid = seen.parent;
    const above = look(pid);
    if (above === undefined) break;
    if (/^(deno|node|nodejs)$/.test(above.program) && /\stask\s/.test(above.words)) certain = links.length;
    // One shell, and only where there is more of it above.
    else if (certain < links.length - 1 || !/^(sh|bash|dash|zsh|ash|busybox)$/.test(above.program)) break;
  }
  return links.slice(0, certain);
}

/** From /proc; where there is none only the parent is looked at. */
function readProcess(pid: number): SeenProcess | undefined {
  const parent = parentOf(pid);
  if (parent === undefined) return undefined;
  try {
    const program = Deno.readLinkSync(`/proc/${pid}/exe`).replace(/^.*\//, "").replace(/ \(deleted\)$/, "");
    return { parent, program, words: Deno.readTextFileSync(`/proc/${pid}/cmdline`).replaceAll("\0", " ") };
  } catch {
    return undefined;
  }
}

function parentOf(pid: number): number | undefined {
  try {
    // The name in brackets may hold anything.
    const [, parent] = /^\d+ \(.*\) \S (\d+) /s.exec(Deno.readTextFileSync(`/proc/${pid}/stat`))!;
    return Number(parent);
  } catch {
    return undefined;
  }
}
