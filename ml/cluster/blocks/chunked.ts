import { registerInternals } from "../../../actors/mod.ts";
import { NDArray } from "../../array/mod.ts";
import type { ChunkedInput } from "../../by_block/mod.ts";
import { type ChunkedArray, concatenate, fromDelayed } from "../../chunked/mod.ts";
import { KernelFrame } from "../../kernels/mod.ts";
import * as module from "../../kernels/wasm/kmeans_blocks.ts";
import { InvalidInputError } from "../../utils/mod.ts";
import { ClusterBlocks } from "./cluster_blocks.ts";
import { type BlockLabels, labelsOfBlock } from "./lloyd_blocks.ts";
import { type BlockSamples, firstBadRow, fresh, samplesOf } from "./samples.ts";
import { type BlockKernels, TILE, tileBytes, Tiles } from "./tiles.ts";

/** The blocks of samples, for a driver. */
export function blocksOf(X: ChunkedInput): ClusterBlocks {
  return new ClusterBlocks(X.client, X.delayed(), X.chunks[0], X.shape[1]);
}

/** The labels that lie beside blocks, as an array that is computed when it is asked for. */
export function labelsArray(blocks: ClusterBlocks): ChunkedArray<Int32Array> {
  const parts = blocks.takeResults().map((result, b) => {
    const labels = blocks.client.delayed(labelsOfBlock)(result as unknown as { state: BlockLabels });
    return fromDelayed(labels, { shape: [blocks.lengths[b]], dtype: "int32" });
  });
  return concatenate(parts);
}

/** Calls back with tiles of rows that are labelled, and throws where a row holds no finite number. */
function eachTile(
  samples: BlockSamples,
  centers: NDArray<Float64Array>,
  caller: string,
  visit: (frame: KernelFrame<BlockKernels>, rows: number, tiles: Tiles, start: number, count: number) => void,
): void {
  const { data, n, m } = samples;
  if (firstBadRow(samples) >= 0) {
    throw new InvalidInputError(
      `${caller}: X holds NaN or infinities, first in row ${firstBadRow(samples)} of a block`,
    );
  }
  const k = centers.length;
  const origin = centers.mean(0).data as Float64Array;
  using frame = new KernelFrame<BlockKernels>(module, [data], tileBytes(k, m) + 8 * k * m + 4096);
  const rows = frame.in(data);
  const tiles = new Tiles(frame, centers.data, origin, k);
  for (let start = 0; start < n; start += TILE) {
    const count = Math.min(TILE, n - start);
    tiles.run(rows, m, 0, start, count);
    visit(frame, rows, tiles, start, count);
  }
}

/** The nearest centre of each row of a block. */
export function nearestCenters(block: NDArray, centers: NDArray<Float64Array>, caller: string): NDArray<Int32Array> {
  const samples = samplesOf(block, centers.shape[1]);
  const labels = fresh(Int32Array, samples.n);
  eachTile(samples, centers, caller, (frame, _rows, tiles, start, count) => {
    labels.set(frame.i32(tiles.labels, count), start);
  });
  return new NDArray(labels);
}

/** Distances of a block's rows to all centres. */
export function centerDistances(block: NDArray, centers: NDArray<Float64Array>): NDArray<Float64Array> {
  const { data, n, m } = samplesOf(block, centers.shape[1]);
  const k = centers.length;
  const out = fresh(Float64Array, n * k);
  {
    using frame = new KernelFrame<BlockKernels>(module, [data, out, centers.data]);
    frame.exports.distances(frame.in(data), n, m, frame.in(centers.data), k, frame.out(out));
  }
  return new NDArray(out, [n, k]);
}

/** Sum of the squared distances of a block's rows to their nearest centres. */
export function inertiaOfBlock(block: NDArray, centers: NDArray<Float64Array>, caller: string): number {
  const samples = samplesOf(block, centers.shape[1]);
  let sum = 0;
  let at: number | undefined;
  eachTile(samples, centers, caller, (frame, rows, tiles, start, count) => {
    if (at === undefined) {
      at = frame.temp(centers.data.byteLength);
      frame.f64(at, centers.size).set(centers.data);
    }
    sum += frame.exports.inertia32(rows, start, count, samples.m, tiles.labels, at);
  });
  return sum;
}

registerInternals({ nearestCenters, centerDistances, inertiaOfBlock });
