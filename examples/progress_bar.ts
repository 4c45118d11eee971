/** A progress bar on a terminal, and nothing elsewhere. */

import { Presets, SingleBar } from "cli-progress";

/** A bar that can be told how far it is, and goes when it is disposed of. */
export interface ProgressBar extends Disposable {
  /** Moves it. */
  readonly update: (completed: number, total: number | undefined) => void;
}

/** @param what Of what it counts. */
export function progressBar(what: string): ProgressBar {
  if (!Deno.stderr.isTerminal()) return { update() {}, [Symbol.dispose]() {} };
  const format = `{bar} {percentage} % | {value} of {total} ${what} | {duration_formatted}`;
  const bar = new SingleBar({ format, hideCursor: true, clearOnComplete: true }, Presets.shades_classic);
  let begun = false;
  return {
    update(completed, total = completed) {
      if (!begun) bar.start(total, 0);
      begun = true;
      bar.setTotal(total);
      bar.update(completed);
    },
    [Symbol.dispose]() {
      bar.stop();
    },
  };
}
