import type { Client, Delayed } from "../../actors/mod.ts";
import type { DType } from "../array/mod.ts";
import { type AnyArray, checkBlock, type Declared } from "./block.ts";
import { blockIndex, type Chunks, countBlocks } from "./chunks.ts";
import { evaluateBlock } from "./evaluate.ts";
import type { Program } from "./program.ts";

/** A delayed call, without its types. */
export function call<R>(
  client: Client,
  fn: (...args: never[]) => R,
  ...args: readonly unknown[]
): Delayed<Awaited<R>> {
  return (client.delayed(fn as (...args: unknown[]) => R) as (...args: unknown[]) => Delayed<Awaited<R>>)(...args);
}

/** A block that a call makes, or that is kept on a worker. */
export class Leaf {
  readonly #source: Delayed<unknown>;
  readonly #declared: Declared | undefined;
  #node: Delayed<AnyArray> | undefined;

  /**
   * @param source the call
   * @param declared what it shall give, where that has to be looked at
   */
  constructor(source: Delayed<unknown>, declared?: Declared) {
    this.#source = source;
    this.#declared = declared;
  }

  /** The block, looked at where that has to be; `at` is its place, for errors. */
  node(at: readonly number[]): Delayed<AnyArray> {
    if (this.#node === undefined) {
      const source = this.#source as Delayed<AnyArray>;
      this.#node = this.#declared === undefined
        ? source
        : call(source.client, checkBlock, source, this.#declared, `block (${at.join(", ")}), from ${source.key}`);
    }
    return this.#node;
  }
}

/**
 * What a chunked array is made of: blocks in a grid. A block is what the program makes, element by element, of the blocks of some inputs, or just a
 * leaf where there is no program.
 */
export class Grid {
  #nodes: (Delayed<AnyArray> | undefined)[] = [];

  /**
   * @param client what the blocks are computed with
   * @param chunks lengths of the blocks
   * @param dtype kind of the elements
   * @param inputs by input, by block in row-major order: what the program reads; one input where there is none
   * @param program what is done to each element
   * @param transposeOf the table of which it is the transpose, where it is one
   */
  constructor(
    readonly client: Client,
    readonly chunks: Chunks,
    readonly dtype: DType,
    readonly inputs: readonly (readonly Leaf[])[],
    readonly program?: Program,
    readonly transposeOf?: Grid,
  ) {}

  /** How many blocks there are. */
  get count(): number {
    return countBlocks(this.chunks);
  }

  /** The leaves that the program reads for a block. */
  sources(b: number): Delayed<AnyArray>[] {
    const at = blockIndex(this.chunks, b);
    return this.inputs.map((leaves) => leaves[b].node(at));
  }

  /** A block as the result of one call. */
  node(b: number): Delayed<AnyArray> {
    if (this.program === undefined) return this.inputs[0][b].node(blockIndex(this.chunks, b));
    return this.#nodes[b] ??= call(this.client, evaluateBlock, this.program, this.sources(b));
  }

  /** All blocks, in row-major order. */
  nodes(): Delayed<AnyArray>[] {
    return Array.from({ length: this.count }, (_, b) => this.node(b));
  }

  /** The same grid with a leaf for each block. */
  settled(): Grid {
    if (this.program === undefined) return this;
    return new Grid(this.client, this.chunks, this.dtype, [this.nodes().map((node) => new Leaf(node))]);
  }

  /** The leaf of each block. */
  leaves(): readonly Leaf[] {
    return this.settled().inputs[0];
  }
}

/** A grid of blocks that calls make. */
export function gridOf(client: Client, chunks: Chunks, dtype: DType, nodes: readonly Delayed<AnyArray>[]): Grid {
  return new Grid(client, chunks, dtype, [nodes.map((node) => new Leaf(node))]);
}
