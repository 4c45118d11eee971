/**
 * The library against scikit-learn and NumPy: rows stand in `ml/*.ts`, ours and the peer's run in turn.
 *
 *     deno task bench ml [--peer PYTHON] [--rounds 5] [--only gaussians,…] [--area random,…] [--json FILE]
 */

import { cpuUsage } from "node:process";
import { commandLine } from "../../actors/cli/mod.ts";
import { nearest } from "../../actors/core/mod.ts";
import { Peer, type Timing } from "./ml/peer.ts";
import type { Row } from "./ml/row.ts";

const options = commandLine({
  name: "ml",
  start: "deno task bench ml",
  about: "The library's bench, against Python in the same run where there is one.",
  positionals: [],
  options: {
    peer: { value: "PYTHON", help: "A Python that has numpy and scikit-learn." },
    rounds: {
      value: "N",
      integer: [1, 1000],
      help: "Rounds, of which the medians are shown; one more comes first and does not count. Default: 5.",
    },
    only: { value: "A,B", multiple: true, help: "Rows by key." },
    area: { value: "A,B", multiple: true, help: "Areas: files in tests/bench/ml/." },
    json: { value: "FILE", help: "Write all figures there." },
  },
});

/** Files beside the rows' that hold none. */
const NOT_ROWS = ["row.ts", "peer.ts"];

interface Measured {
  readonly area: string;
  readonly row: Row;
  readonly us: Timing[];
  readonly them: Timing[];
}

const log = (line: string): void => console.error(line);

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

async function areas(): Promise<Map<string, readonly Row[]>> {
  const folder = new URL("./ml/", import.meta.url);
  const wanted = options.list("area");
  const found = new Map<string, readonly Row[]>();
  const names = [...Deno.readDirSync(folder)].filter((e) => e.isFile && e.name.endsWith(".ts")).map((e) => e.name);
  for (const name of names.sort()) {
    const area = name.slice(0, -3);
    if (NOT_ROWS.includes(name) || (wanted.length > 0 && !wanted.includes(area))) continue;
    const module = await import(new URL(name, folder).href) as { rows?: readonly Row[] };
    if (module.rows !== undefined) found.set(area, module.rows);
  }
  return found;
}

const { gc } = globalThis as { gc?: () => void };

async function measure(area: string, row: Row, rounds: number): Promise<Measured> {
  const us: Timing[] = [], them: Timing[] = [];
  const ours = await row.ours();
  const python = options.text("peer");
  await using peer = row.peer === undefined || python === undefined ? undefined : await Peer.start(python, row.peer);
  try {
    const count = Math.min(rounds, row.mostRounds ?? rounds);
    // The first round is for just-in-time compilers and fresh pages, on both sides; where the peer takes minutes, on ours only.
    for (let round = 0; round <= count; round++) {
      await ours.before?.();
      // What the round before left goes now: in Python it goes at once.
      gc?.();
      const used = cpuUsage(), start = performance.now();
      await ours.run();
      const wall = (performance.now() - start) / 1000, { user, system } = cpuUsage(used);
      const timing = { wall, cpu: (user + system) / 1e6, value: await ours.value?.() };
      const theirs = round === 0 && count === 1 ? undefined : await peer?.run();
      if (round === 0) {
        if (count === 1) log(`  ${row.key} the first time: ${seconds(wall)}`);
        continue;
      }
      us.push(timing);
      if (theirs !== undefined) them.push(theirs);
      log(
        `  ${row.key} ${round}/${count}: ${seconds(wall)}${
          theirs === undefined ? "" : `, peer ${seconds(theirs.wall)}`
        }`,
      );
    }
  } finally {
    await ours.close?.();
  }
  return { area, row, us, them };
}

function seconds(s: number): string {
  return s < 1 ? `${(s * 1000).toPrecision(3)} ms` : `${s.toPrecision(3)} s`;
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "number"
    ? String(Number(value.toPrecision(6)))
    : typeof value === "string"
    ? value
    : Deno.inspect(value);
}

function times(x: number): string {
  return `${x < 10 ? x.toFixed(2) : x.toFixed(0)} ×`;
}

function table(all: readonly Measured[]): string {
  const lines = ["| work | ours | peer | ratio | of CPU time | at least | value |", "|---|---|---|---|---|---|---|"];
  for (const { row, us, them } of all) {
    const wall = (t: readonly Timing[]): number => median(t.map((x) => x.wall));
    const cpu = (t: readonly Timing[]): number => median(t.map((x) => x.cpu));
    const has = them.length > 0;
    const ratio = has ? wall(them) / wall(us) : NaN;
    const aim = row.times === undefined ? "" : `${row.times} ×${has && ratio < row.times ? " ✗" : ""}`;
    const a = shown(us.at(-1)?.value), b = shown(them.at(-1)?.value);
    lines.push(
      `| ${row.label} | ${seconds(wall(us))} | ${has ? seconds(wall(them)) : "–"} | ${has ? times(ratio) : "–"} | ${
        has ? times(cpu(them) / cpu(us)) : "–"
      } | ${aim} | ${a}${b === "" || a === b ? "" : ` / ${b}`} |`,
    );
  }
  return lines.join("\n");
}

if (import.meta.main) {
  const found = await areas();
  const only = options.list("only");
  const known = [...found.values()].flat().map((r) => r.key);
  const unknown = only.filter((key) => !known.includes(key));
  if (unknown.length > 0) {
    const meant = nearest(unknown[0], known);
    const hint = meant === undefined ? `there are ${known.join(", ")}` : `did you mean ${meant}?`;
    console.error(`error: --only: no row ${unknown.join(", ")}; ${hint}`);
    Deno.exit(2);
  }
  const all: Measured[] = [];
  for (const [area, rows] of found) {
    for (const row of rows) {
      if (only.length > 0 && !only.includes(row.key)) continue;
      log(`${area}: ${row.label}`);
      all.push(await measure(area, row, options.number("rounds") ?? 5));
    }
  }
  const json = options.text("json");
  if (json !== undefined) {
    const data = all.map(({ area, row, us, them }) => ({ area, key: row.key, us, them }));
    Deno.writeTextFileSync(json, JSON.stringify(data, null, 1));
  }
  const { target } = Deno.build;
  console.log(
    `${target}, ${navigator.hardwareConcurrency} cores, Deno ${Deno.version.deno}, ${
      new Date().toISOString().slice(0, 10)
    }\n`,
  );
  console.log(table(all));
}
