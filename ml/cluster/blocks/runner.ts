/** Has functions performed on blocks, where these are. */
export interface BlockRunner {
  /** Number of rows of each block. */
  readonly lengths: readonly number[];
  /** Number of columns. */
  readonly nFeatures: number;
  /**
   * Takes a step on some blocks: `fn(block, before, ...args)`, where `before` is what the step before gave for this block, or null.
   *
   * @param which numbers of the blocks
   * @param argsOf what else the function is given, by the block's number
   * @returns the partial results, in the order of `which`
   */
  step<P>(
    // deno-lint-ignore no-explicit-any -- blocks, states and arguments of each function's own
    fn: (block: any, before: any, ...args: any[]) => { readonly state: unknown; readonly partial: P },
    which: readonly number[],
    argsOf: (block: number) => readonly unknown[],
  ): Promise<P[]>;
  /** The same with a function that leaves the state as it is. */
  ask<R>(
    // deno-lint-ignore no-explicit-any
    fn: (block: any, before: any, ...args: any[]) => R,
    which: readonly number[],
    argsOf: (block: number) => readonly unknown[],
  ): Promise<R[]>;
  /** The same with a function of the state alone, `fn(before, ...args)`: the block itself is not read. */
  askState<R>(
    // deno-lint-ignore no-explicit-any
    fn: (before: any, ...args: any[]) => R,
    which: readonly number[],
    argsOf: (block: number) => readonly unknown[],
  ): Promise<R[]>;
}

/** Numbers of all blocks. */
export function allBlocks(runner: BlockRunner): number[] {
  return Array.from(runner.lengths.keys());
}

/** Number of the first row of each block in the whole. */
export function offsetsOf(runner: BlockRunner): number[] {
  let sum = 0;
  return runner.lengths.map((n) => (sum += n) - n);
}

/** Number of rows of all blocks. */
export function rowsIn(runner: BlockRunner): number {
  return runner.lengths.reduce((a, b) => a + b, 0);
}

/** Row numbers of the whole, in order, as numbers within each block. */
export function rowsByBlock(runner: BlockRunner, numbers: ArrayLike<number>): Int32Array[] {
  let at = 0;
  let end = 0;
  return runner.lengths.map((length) => {
    const offset = end;
    const from = at;
    end += length;
    while (at < numbers.length && numbers[at] < end) at++;
    return Int32Array.from({ length: at - from }, (_, e) => numbers[from + e] - offset);
  });
}
