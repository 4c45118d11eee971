import { kernelRow, type KernelSpec, sampleBlock } from "./kernel.ts";
import type { SampleBlock } from "./kernel.ts";
import type { KernelView } from "./solver.ts";
import type { NDArray } from "../array/mod.ts";

/** Above this many features a value costs more to compute than to look up in another row. */
const MIRROR_WIDTH = 16;

/** e to this power and less is zero as a float. */
const LOWEST = -104;

/**
 * Values of a gaussian kernel are kept this many times larger. Those below 1e-38 would be denormal floats, with which a
 * processor takes a hundred times as long at every reading; yet they must not become zero, for at large gamma the solver
 * goes by them.
 */
const RBF_FACTOR = 2 ** 64;

/**
 * Kernel values between training samples, for the problems of all pairs of classes. Where the whole matrix fits the
 * memory allowed, rows are kept whole and filled class by class as problems ask for them, so that no value is computed
 * twice; where it does not, each problem keeps its own rows, those used last.
 */
export class KernelStore {
  readonly #spec: KernelSpec;
  readonly #block: SampleBlock;
  readonly #starts: Int32Array;
  readonly #columns: Int32Array;
  readonly #bytes: number;
  readonly #rows: Float32Array[] | undefined;
  readonly #filled: Uint8Array;
  readonly #classOf: Int32Array;
  readonly #diagonal: Float64Array;
  readonly #scratch: Float64Array;
  readonly #factor: number;

  /**
   * @param X training samples, grouped by class; for a precomputed kernel the matrix as it was given
   * @param starts first sample of each class, and their number at the end
   * @param columns for a precomputed kernel, the row and column of each sample
   * @param megabytes memory for kernel values
   */
  constructor(spec: KernelSpec, X: NDArray<Float64Array>, starts: Int32Array, columns: Int32Array, megabytes: number) {
    const n = spec.name === "precomputed" ? columns.length : X.shape[0];
    this.#spec = spec;
    this.#factor = spec.name === "rbf" ? RBF_FACTOR : 1;
    this.#block = spec.name === "precomputed"
      ? { data: X.data, width: X.shape[1], norms: new Float64Array(n) }
      : sampleBlock(X);
    this.#starts = starts;
    this.#columns = columns;
    this.#bytes = megabytes * 2 ** 20;
    this.#rows = n * n * 4 <= this.#bytes ? new Array(n) : undefined;
    this.#filled = new Uint8Array(this.#rows === undefined ? 0 : n * (starts.length - 1));
    this.#classOf = new Int32Array(n);
    for (let c = 0; c + 1 < starts.length; c++) this.#classOf.fill(c, starts[c], starts[c + 1]);
    this.#scratch = new Float64Array(n);
    this.#diagonal = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      kernelRow(spec, this.#block, this.#at(i), this.#block, i, i + 1, this.#scratch, columns);
      this.#diagonal[i] = this.#scratch[i];
    }
  }

  /** Where a sample's row stands in the block. */
  #at(i: number): number {
    return this.#spec.name === "precomputed" ? this.#columns[i] : i;
  }

  /** The matrix of some of the samples. */
  view(samples: Int32Array): KernelView {
    const diagonal = Float64Array.from(samples, (i) => this.#diagonal[i]);
    const rows = this.#rows;
    if (rows === undefined) return this.#ownRows(samples, diagonal);
    const classes = [...new Set(Array.from(samples, (i) => this.#classOf[i]))];
    return {
      size: samples.length,
      columns: samples,
      scale: 1 / this.#factor,
      diagonal,
      row: (t) => {
        const i = samples[t];
        const row = rows[i] ??= new Float32Array(this.#classOf.length);
        for (let k = 0; k < classes.length; k++) this.#fill(rows, row, i, classes[k]);
        return row;
      },
    };
  }

  /** Kernel values in float64 between one sample and some others. */
  values(i: number, others: Int32Array, out: Float64Array): void {
    const scratch = this.#scratch;
    for (let s = 0; s < others.length; s++) {
      const j = others[s];
      kernelRow(this.#spec, this.#block, this.#at(i), this.#block, j, j + 1, scratch, this.#columns);
      out[s] = scratch[j];
    }
  }

  /** Rounds values to floats, and keeps them larger by the factor. */
  #narrow(from: Float64Array, to: Float32Array, start: number, stop: number): void {
    const factor = this.#factor;
    for (let j = start; j < stop; j++) to[j] = Math.fround(from[j]) * factor;
  }

  #fill(rows: Float32Array[], row: Float32Array, i: number, c: number): void {
    const filled = this.#filled;
    const classCount = this.#starts.length - 1;
    if (filled[i * classCount + c] === 1) return;
    filled[i * classCount + c] = 1;
    const own = this.#classOf[i];
    const end = this.#starts[c + 1];
    const mirror = this.#block.width >= MIRROR_WIDTH && this.#spec.name !== "precomputed";
    for (let j = this.#starts[c]; j < end;) {
      if (mirror && j !== i && filled[j * classCount + own] === 1) {
        row[j] = rows[j][i];
        j++;
        continue;
      }
      let stop = j + 1;
      while (stop < end && !(mirror && stop !== i && filled[stop * classCount + own] === 1)) stop++;
      kernelRow(this.#spec, this.#block, this.#at(i), this.#block, j, stop, this.#scratch, this.#columns, LOWEST);
      this.#narrow(this.#scratch, row, j, stop);
      j = stop;
    }
  }

  /** Rows of one problem only, the least recently used one given up for a new one. */
  #ownRows(samples: Int32Array, diagonal: Float64Array): KernelView {
    const n = samples.length;
    const { data, width, norms } = this.#block;
    const precomputed = this.#spec.name === "precomputed";
    const part: SampleBlock = {
      data: new Float64Array(precomputed ? 0 : n * width),
      width,
      norms: new Float64Array(n),
    };
    for (let t = 0; t < n; t++) {
      if (!precomputed) part.data.set(data.subarray(samples[t] * width, (samples[t] + 1) * width), t * width);
      part.norms[t] = norms[samples[t]];
    }
    const columns = precomputed ? Int32Array.from(samples, (i) => this.#columns[i]) : undefined;
    // A Map remembers the order of insertion: its first key is the row that was not used for longest.
    const kept = new Map<number, Float32Array>();
    const room = Math.max(2, Math.floor(this.#bytes / (4 * n)));
    const scratch = new Float64Array(n);
    return {
      size: n,
      columns: Int32Array.from({ length: n }, (_, t) => t),
      scale: 1 / this.#factor,
      diagonal,
      row: (t) => {
        let row = kept.get(t);
        if (row !== undefined) {
          kept.delete(t);
          kept.set(t, row);
          return row;
        }
        if (kept.size < room) row = new Float32Array(n);
        else {
          const oldest = kept.keys().next().value as number;
          row = kept.get(oldest) as Float32Array;
          kept.delete(oldest);
        }
        kernelRow(this.#spec, this.#block, this.#at(samples[t]), part, 0, n, scratch, columns, LOWEST);
        this.#narrow(scratch, row, 0, n);
        kept.set(t, row);
        return row;
      },
    };
  }
}
