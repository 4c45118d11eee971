import type { BlockRunner } from "../../../ml/cluster/blocks/runner.ts";
import type { NDArray } from "../../../ml/mod.ts";

/** Blocks of a table in this thread: what the cluster's runner does, without a cluster. */
export class LocalBlocks implements BlockRunner {
  readonly lengths: number[];
  readonly nFeatures: number;
  readonly blocks: NDArray[];
  /** Steps that were taken, of all blocks together. */
  steps = 0;
  /** Times that blocks or states were asked. */
  asked = 0;
  /** What the last step gave for each block. */
  readonly states: ({ readonly state: unknown; readonly partial: unknown } | null)[];

  constructor(X: NDArray, lengths: readonly number[]) {
    this.lengths = [...lengths];
    this.nFeatures = X.shape[1];
    let at = 0;
    this.blocks = lengths.map((n) => X.slice(at, at += n).copy());
    this.states = lengths.map(() => null);
  }

  // deno-lint-ignore no-explicit-any require-await
  async step(fn: any, which: readonly number[], argsOf: (block: number) => readonly unknown[]): Promise<any[]> {
    this.steps += which.length;
    return which.map((b) => {
      const result = fn(this.blocks[b], this.states[b], ...argsOf(b));
      this.states[b] = result;
      return result.partial;
    });
  }

  // deno-lint-ignore no-explicit-any require-await
  async ask(fn: any, which: readonly number[], argsOf: (block: number) => readonly unknown[]): Promise<any[]> {
    this.asked += which.length;
    return which.map((b) => fn(this.blocks[b], this.states[b], ...argsOf(b)));
  }

  // deno-lint-ignore no-explicit-any require-await
  async askState(fn: any, which: readonly number[], argsOf: (block: number) => readonly unknown[]): Promise<any[]> {
    this.asked += which.length;
    return which.map((b) => fn(this.states[b], ...argsOf(b)));
  }
}
