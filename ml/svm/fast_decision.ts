import type { NDArray } from "../array/mod.ts";
import { KernelFrame } from "../kernels/mod.ts";
import * as svm from "../kernels/wasm/svm.ts";
import type { DecisionModel } from "./decision.ts";

// deno-lint-ignore no-explicit-any -- functions of numbers
type Exports = Record<string, (...args: any[]) => number>;

/** Samples that are decided at a time: their tiles and values stay in the first caches. */
const CHUNK = 512;

/** Below this many kernel values the plain way is as quick. */
const FEW = 20_000;

const KERNELS = { linear: 0, rbf: 1, poly: 2, sigmoid: 3, precomputed: 0 } as const;

/** Whether {@linkcode fastDecisions} is worth its while, and can be had. */
export function decidesFast({ kernel, support }: DecisionModel, samples: number): boolean {
  return kernel.name !== "precomputed" && samples * support.length >= FEW;
}

/** What `pairDecisions` gives, in vectors of doubles. */
export function fastDecisions(model: DecisionModel, X: NDArray<Float64Array>): Float64Array {
  return model.kernel.name === "linear" ? linearDecisions(model, X) : kernelDecisions(model, X);
}

/** Products with the weights of features of each pair. */
function linearDecisions(model: DecisionModel, X: NDArray<Float64Array>): Float64Array {
  const { supportVectors, nSupport, dualCoef, intercept, support } = model;
  const [n, width] = X.shape;
  const k = nSupport.length;
  const pairs = intercept.length;
  const count = support.length;
  const starts = startsOf(nSupport);
  const W = new Float64Array(pairs * width);
  for (let a = 0, pair = 0; a < k; a++) {
    for (let b = a + 1; b < k; b++, pair++) {
      for (const [c, row] of [[a, b - 1], [b, a]]) {
        for (let s = starts[c]; s < starts[c + 1]; s++) {
          const w = dualCoef[row * count + s];
          if (w === 0) continue;
          for (let j = 0; j < width; j++) W[pair * width + j] += w * supportVectors.data[s * width + j];
        }
      }
    }
  }
  const out = new Float64Array(n * pairs);
  for (let i = 0; i < n; i++) {
    for (let p = 0; p < pairs; p++) {
      let sum = intercept[p];
      for (let j = 0, x = i * width, w = p * width; j < width; j++) sum += X.data[x++] * W[w++];
      out[i * pairs + p] = sum;
    }
  }
  return out;
}

function startsOf(nSupport: Int32Array): Int32Array {
  const starts = new Int32Array(nSupport.length + 1);
  for (let c = 0; c < nSupport.length; c++) starts[c + 1] = starts[c] + nSupport[c];
  return starts;
}

function kernelDecisions(model: DecisionModel, X: NDArray<Float64Array>): Float64Array {
  const { kernel, supportVectors, nSupport, dualCoef, intercept, support } = model;
  const [n, width] = X.shape;
  const k = nSupport.length;
  const pairs = intercept.length;
  const count = support.length;
  const starts = startsOf(nSupport);
  const rbf = kernel.name === "rbf";
  const gamma = rbf ? kernel.gamma * Math.LOG2E : kernel.gamma;
  const chunk = Math.min(CHUNK, (n + 7) & ~7);
  using frame = new KernelFrame<Exports>(svm);
  const { exports } = frame;
  const svAt = frame.temp(count * width * 8);
  const svNormsAt = frame.temp(count * 8 + 8);
  const coefsAt = frame.temp((k - 1) * count * 8);
  const tilesAt = frame.temp(chunk * width * 8);
  const normsAt = frame.temp(chunk * 8);
  const outAt = frame.temp(pairs * chunk * 8);
  const bufferAt = frame.temp(2 * chunk * 8 + 16 * width + 64);
  const sv = frame.f64(svAt, count * width);
  const svNorms = frame.f64(svNormsAt, count + 1);
  const tiles = frame.f64(tilesAt, chunk * width);
  const norms = frame.f64(normsAt, chunk);
  const out = frame.f64(outAt, pairs * chunk);
  frame.f64(coefsAt, (k - 1) * count).set(dualCoef);
  // Differences are all that counts to a gaussian: close to the mean, less is lost in taking them.
  const mean = new Float64Array(width);
  if (rbf) {
    for (let s = 0; s < count; s++) {
      for (let j = 0; j < width; j++) mean[j] += supportVectors.data[s * width + j] / count;
    }
  }
  for (let s = 0; s < count; s++) {
    let square = 0;
    for (let j = 0; j < width; j++) {
      const v = supportVectors.data[s * width + j] - mean[j];
      sv[s * width + j] = rbf ? 2 * gamma * v : v;
      square += v * v;
    }
    svNorms[s] = -gamma * square;
  }
  const all = new Float64Array(n * pairs);
  exports.setKernel(KERNELS[kernel.name], gamma, kernel.coef0, kernel.degree, 0);
  for (let from = 0; from < n; from += chunk) {
    const rows = Math.min(chunk, n - from);
    const blocks = (rows + 7) >> 3;
    tiles.fill(0);
    norms.fill(0);
    out.fill(0);
    for (let i = 0; i < rows; i++) {
      const at = (i >> 3) * 8 * width + (i & 7);
      let square = 0;
      for (let j = 0; j < width; j++) {
        const v = X.data[(from + i) * width + j] - mean[j];
        tiles[at + 8 * j] = v;
        square += v * v;
      }
      norms[i] = -gamma * square;
    }
    for (let c = 0; c < k; c++) {
      const [first, last] = [starts[c], starts[c + 1]];
      if (first === last) continue;
      exports.decide(
        ...[tilesAt, normsAt, blocks, width, svAt, svNormsAt, first, last, c, k, coefsAt, count],
        ...[outAt, chunk, bufferAt],
      );
    }
    for (let p = 0; p < pairs; p++) {
      for (let i = 0; i < rows; i++) all[(from + i) * pairs + p] = out[p * chunk + i] + intercept[p];
    }
  }
  return all;
}
