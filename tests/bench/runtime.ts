/**
 * The runtime against Dask: every round measures ours, then theirs, on fresh local clusters of 2 threads.
 *
 *     deno task bench runtime [--peer PYTHON] [--rounds 3] [--only tinyTasks,submit,…] [--json FILE]
 */

import { commandLine } from "../../actors/cli/mod.ts";
import type { Client } from "../../mod.ts";
import { echo } from "./runtime/echo.ts";
import * as rows from "./runtime/rows.ts";

const DEFAULTS = { rounds: 3, tasks: 10_000, released: 1_000_000 };
const ALL = [...Object.keys(measures()), "scheduler", "echo", "idle", "released"];
const options = commandLine({
  name: "runtime",
  start: "deno task bench runtime",
  about: "The runtime's bench, against dask.distributed in the same run where there is one.",
  positionals: [],
  options: {
    peer: { value: "PYTHON", help: "A Python that has dask.distributed." },
    rounds: { value: "N", integer: [1, 1000], help: "Rounds, of which the medians are shown. Default: 3." },
    tasks: { value: "N", integer: [1, 1e8], help: "Tiny tasks in one map. Default: 10000." },
    released: { value: "N", integer: [1, 1e9], help: "Tasks of the memory measure. Default: 1000000." },
    only: {
      value: "A,B",
      multiple: true,
      choices: ALL,
      help: `${ALL.join(", ")}. Default: all.`,
    },
    json: { value: "FILE", help: "Write all figures there." },
  },
});
const number = (name: keyof typeof DEFAULTS): number => options.number(name) ?? DEFAULTS[name];

/** What is measured, on which cluster. */
function measures(): Record<string, (client: Client) => Promise<rows.Figures>> {
  return {
    tinyTasks: (c) => rows.tinyTasks(c, number("tasks"), 7),
    submit: (c) => rows.submit(c, 500),
    submitBusy: (c) => rows.submitBusy(c, 300),
    treeSum: (c) => rows.treeSum(c, 5),
    data: (c) => rows.scatterGather(c, 12),
    actors: (c) => rows.actors(c, 500),
  };
}

interface Row {
  key: string;
  label: string;
  unit: string;
  /** Whether more is better. */
  more: boolean;
  digits: number;
  /** The figure to reach, and how many times the peer's. */
  target?: number;
  times?: number;
}

const TABLE: readonly Row[] = [
  {
    key: "tinyTasks",
    label: "tiny tasks, map and gather",
    unit: "/s",
    more: true,
    digits: 0,
    target: 80_000,
    times: 100,
  },
  { key: "tinyTasksFirst", label: "  the first time", unit: "/s", more: true, digits: 0 },
  { key: "submit", label: "submit to result, p50", unit: "ms", more: false, digits: 3, target: 0.25, times: 40 },
  { key: "submitP99", label: "  p99", unit: "ms", more: false, digits: 3 },
  { key: "submitFirst", label: "  p50 of the first 500", unit: "ms", more: false, digits: 3 },
  { key: "submitBusy", label: "  with 1 ms tasks on both threads, p50", unit: "ms", more: false, digits: 3, target: 1 },
  { key: "submitBusyP99", label: "  p99", unit: "ms", more: false, digits: 3 },
  { key: "treeSum", label: "tree sum of 1,024", unit: "s", more: false, digits: 4, times: 60 },
  { key: "treeSumFirst", label: "  the first time", unit: "s", more: false, digits: 4 },
  { key: "scatter", label: "scatter 128 MB", unit: "GB/s", more: true, digits: 2, target: 2.5 },
  { key: "scatterFirst", label: "  the first time", unit: "GB/s", more: true, digits: 2 },
  { key: "gather", label: "gather 128 MB", unit: "GB/s", more: true, digits: 2, target: 3 },
  { key: "gatherFirst", label: "  the first time", unit: "GB/s", more: true, digits: 2 },
  { key: "broadcast", label: "broadcast 128 MB to 2 processes", unit: "s", more: false, digits: 3, target: 0.1 },
  { key: "actorCall", label: "actor call, p50", unit: "ms", more: false, digits: 3, target: 0.1 },
  { key: "actorCallFirst", label: "  p50 of the first 500", unit: "ms", more: false, digits: 3 },
  { key: "actorPipelined", label: "  pipelined", unit: "/s", more: true, digits: 0, target: 150_000 },
  { key: "echo", label: "libzmq alone: 100 bytes there and back, p50", unit: "ms", more: false, digits: 3 },
  { key: "start", label: "Client.local() to the first result", unit: "s", more: false, digits: 3, target: 0.12 },
  {
    key: "schedulerTask",
    label: "scheduler's machine, a task of 10,000 over 10",
    unit: "µs",
    more: false,
    digits: 2,
    target: 3,
  },
  { key: "schedulerTaskLarge", label: "a task of 1,000,000 over 1,000", unit: "µs", more: false, digits: 2, target: 3 },
  { key: "schedulerGrowth", label: "that many times the small one", unit: "×", more: false, digits: 2, target: 2 },
  { key: "idleCpu", label: "idle, share of a core", unit: "", more: false, digits: 4 },
  { key: "idleMemory", label: "  memory", unit: "MB", more: false, digits: 0, target: 250 },
  { key: "idleShared", label: "  memory, shared pages counted once", unit: "MB", more: false, digits: 0 },
  { key: "releasedGrowth", label: "  more after a million tasks", unit: "MB", more: false, digits: 1 },
  { key: "releasedClientGrowth", label: "  more in the client", unit: "MB", more: false, digits: 1 },
];

type Series = Record<string, number[]>;

function keep(series: Series, figures: rows.Figures): void {
  for (const [key, value] of Object.entries(figures)) (series[key] ??= []).push(value);
}

const log = (line: string): void => console.error(line);

async function ours(series: Series, chosen: readonly string[], last: boolean): Promise<void> {
  const { client, figures } = await rows.start();
  keep(series, figures);
  try {
    // Before anything else has left its traces.
    if (last && chosen.includes("idle")) keep(series, await rows.idle());
    for (const key of chosen) {
      if (!(key in measures())) continue;
      const got = await measures()[key](client);
      log(`  ${key} ${JSON.stringify(got)}`);
      keep(series, got);
    }
    if (last && chosen.includes("released")) keep(series, await rows.released(client, number("released")));
  } finally {
    await client.close();
  }
  if (!chosen.includes("data")) return;
  const { client: two } = await rows.start({ workers: 2, threadsPerWorker: 1 });
  try {
    keep(series, await rows.broadcast(two, 4));
  } finally {
    await two.close();
  }
}

/** What two processes take that do nothing but send a message back. */
async function bareEcho(series: Series): Promise<void> {
  keep(series, { echo: rows.median(await echo(2000)) });
}

/** What a program of its own measures. */
async function schedulerMachine(series: Series): Promise<void> {
  const script = new URL("./scheduler_state.ts", import.meta.url).pathname;
  const out = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", script, "--rounds", "1"], stderr: "null" })
    .output();
  const text = new TextDecoder().decode(out.stdout);
  const small = /10,000 tasks over 10 workers\s+([\d.]+) us/.exec(text);
  const large = /1,000,000 tasks over 1,000 workers\s+([\d.]+) us a task\s+\(([\d.]+) times\)/.exec(text);
  if (small === null || large === null) throw new Error(`${script} said:\n${text}`);
  keep(series, { schedulerTask: +small[1], schedulerTaskLarge: +large[1], schedulerGrowth: +large[2] });
}

async function theirs(series: Series, python: string, chosen: readonly string[], last: boolean): Promise<void> {
  const known = ["tinyTasks", "submit", "submitBusy", "treeSum", "data", "actors", ...(last ? ["idle"] : [])];
  const script = new URL("./peers/dask_runtime.py", import.meta.url).pathname;
  const only = known.filter((k) => chosen.includes(k)).join(",");
  const out = await new Deno.Command(python, {
    args: [script, "--rounds", "1", "--tasks", `${number("tasks")}`, "--only", only],
    env: { OMP_NUM_THREADS: "1" },
    stderr: "null",
  }).output();
  if (!out.success) throw new Error(`${python} ${script} failed (code ${out.code})`);
  const { rows: figures } = JSON.parse(new TextDecoder().decode(out.stdout)) as { rows: Series };
  for (const [key, values] of Object.entries(figures)) (series[key] ??= []).push(...values);
}

function show(value: number | undefined, digits: number): string {
  return value === undefined
    ? "–"
    : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function table(us: Series, them: Series): string {
  const lines = ["| work | ours | Dask | ratio | at least |", "|---|---|---|---|---|"];
  for (const { key, label, unit, more, digits, target, times } of TABLE) {
    if (us[key] === undefined) continue;
    const a = rows.median(us[key]);
    const b = them[key] === undefined ? undefined : rows.median(them[key]);
    const ratio = b === undefined ? undefined : more ? a / b : b / a;
    const aims = [
      ...(target === undefined
        ? []
        : [`${show(target, target < 10 ? 2 : 0)} ${unit}${(more ? a >= target : a <= target) ? "" : " ✗"}`]),
      ...(times === undefined ? [] : [`${times} ×${ratio === undefined || ratio >= times ? "" : " ✗"}`]),
    ];
    const ratioText = ratio === undefined ? "–" : `${show(ratio, ratio < 10 ? 1 : 0)} ×`;
    lines.push(
      `| ${label.trim()} | ${show(a, digits)} ${unit} | ${show(b, digits)} | ${ratioText} | ${aims.join(", ")} |`,
    );
  }
  return lines.join("\n");
}

if (import.meta.main) {
  const only = options.list("only"), json = options.text("json"), python = options.text("peer");
  const chosen = only.length > 0 ? only : ALL;
  const rounds = number("rounds");
  const us: Series = {}, them: Series = {};
  for (let round = 1; round <= rounds; round++) {
    log(`round ${round} of ${rounds}`);
    await ours(us, chosen, round === rounds);
    if (chosen.includes("scheduler")) await schedulerMachine(us);
    if (chosen.includes("echo")) await bareEcho(us);
    if (python !== undefined) {
      log("  Dask …");
      await theirs(them, python, chosen, round === rounds);
    }
  }
  if (json !== undefined) Deno.writeTextFileSync(json, JSON.stringify({ us, them }, null, 1));
  const cpus = navigator.hardwareConcurrency;
  console.log(
    `${Deno.build.target}, ${cpus} cores, Deno ${Deno.version.deno}, ${
      new Date().toISOString().slice(0, 10)
    }, ${rounds} rounds\n`,
  );
  console.log(table(us, them));
}
