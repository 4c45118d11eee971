/**
 * Compute once: candidates of a search that differ only in later steps share what the earlier ones make of a fold.
 *
 * @module
 */

import {
  type ArrayData,
  concatRows,
  type LabelsLike,
  type MatrixLike,
  NDArray,
  Table,
  toNDArray,
  type VectorLike,
} from "../array/mod.ts";
import {
  clone,
  type FitFamily,
  type FitPlan,
  type HasParams,
  type KnownOutputs,
  type OutputMethod,
  type Params,
  performFamily,
  type PlannedFit,
  type PlannedPart,
} from "../base/mod.ts";

/** A pipeline as plans see it. */
interface Piped extends HasParams {
  readonly steps: readonly (readonly [string, object | "passthrough" | null])[];
  readonly verbose: boolean;
}

type Output = NDArray<ArrayData> | Table;

interface Step {
  fit(X: unknown, y?: unknown, sampleWeight?: unknown): Promise<unknown>;
  transform(X: unknown): Promise<Output>;
  fitTransform?(X: unknown, y?: unknown): Promise<Output>;
  [member: string]: unknown;
}

/** What earlier steps made of a fold: the fitted steps, the samples, and the seconds that it took. */
interface Prefix {
  readonly steps: readonly (object | "passthrough" | null)[];
  readonly train: MatrixLike;
  readonly test: MatrixLike;
  readonly seconds: number;
}

/** Numbers for objects, so that parameters can be compared by identity. */
class Identities {
  readonly #numbers = new Map<object, number>();

  text(value: unknown): string {
    if (typeof value === "object" && value !== null || typeof value === "function") {
      if (!this.#numbers.has(value)) this.#numbers.set(value, this.#numbers.size);
      return `#${this.#numbers.get(value)}`;
    }
    return `${typeof value}:${String(value)}`;
  }
}

/** What of a candidate's parameters concerns the first `length` steps (or no step in particular). */
function prefixKey(pipeline: Piped, params: Params | null, length: number, ids: Identities): string {
  const later = new Set(pipeline.steps.slice(length).map(([name]) => name));
  return Object.entries(params ?? {}).filter(([key]) => !later.has(key.split("__")[0]))
    .map(([key, value]) => `${key}=${ids.text(value)}`).sort().join("\n");
}

/** Candidates in groups of the same first steps, in the order in which they first come. */
function groupsOf(pipeline: Piped, candidates: readonly (Params | null)[], length: number): number[][] {
  const ids = new Identities();
  const groups = new Map<string, number[]>();
  candidates.forEach((params, c) => {
    const key = prefixKey(pipeline, params, length, ids);
    groups.set(key, [...groups.get(key) ?? [], c]);
  });
  return [...groups.values()];
}

/**
 * How the fits of a pipeline are cut: for each fold, the candidates whose steps are the same as far as possible go
 * together. Null when no two candidates share a step that does something, or a step says what it does.
 */
export function planPipeline(family: FitFamily): FitPlan | null {
  const pipeline = family.estimator as Piped;
  const { candidates, splits } = family;
  const { steps } = pipeline;
  if (!Array.isArray(steps) || steps.length < 2 || pipeline.verbose) return null;
  const changes = candidates.some((p) => p !== null && ("steps" in p || "verbose" in p));
  if (changes || candidates.length < 2) return null;
  for (let length = steps.length - 1; length >= 1; length--) {
    const groups = groupsOf(pipeline, candidates, length);
    if (groups.length === candidates.length) continue;
    const parts = splits.flatMap(([train], split) =>
      groups.map((group): PlannedPart => ({
        cost: train.length * (group.length + length),
        task: null,
        fits: group.map((candidate) => ({ candidate, split })),
      }))
    );
    return { parts };
  }
  return null;
}

/** Some samples, of whatever kind the input is. */
function rowsOf(x: unknown, rows: Int32Array): unknown {
  if (x instanceof NDArray || x instanceof Table) return x.take(rows);
  if (Array.isArray(x)) return Array.from(rows, (i) => x[i]);
  return toNDArray(x as MatrixLike).take(rows);
}

/** Does the fits of a part. */
export async function* performPipelinePart(family: FitFamily, part: PlannedPart): AsyncGenerator<PlannedFit> {
  const { y, sampleWeight } = family;
  const { split } = part.fits[0];
  const [train, test] = family.splits[split];
  const start: Prefix = {
    steps: [],
    train: rowsOf(family.X, train) as MatrixLike,
    test: rowsOf(family.X, test) as MatrixLike,
    seconds: 0,
  };
  const some = (v: unknown, rows: Int32Array): unknown => v === null || v === undefined ? undefined : rowsOf(v, rows);
  const fold = { yTrain: some(y, train), yTest: some(y, test), weight: some(sampleWeight, train), split };
  yield* performCandidates(family, part.fits.map((f) => f.candidate), start, fold);
}

interface Fold {
  readonly yTrain: unknown;
  readonly yTest: unknown;
  readonly weight: unknown;
  readonly split: number;
}

/** The pipeline with a candidate's parameters. */
function pipelineOf(family: FitFamily, candidate: number): Piped {
  const pipeline = clone(family.estimator) as Piped;
  const params = family.candidates[candidate];
  if (params !== null) pipeline.setParams(clone(params, { safe: false }));
  return pipeline;
}

/** Does candidates that share the steps so far: one step further where they still share it, else in groups. */
async function* performCandidates(
  family: FitFamily,
  candidates: readonly number[],
  prefix: Prefix,
  fold: Fold,
): AsyncGenerator<PlannedFit> {
  const template = family.estimator as Piped;
  const length = prefix.steps.length;
  if (length === template.steps.length - 1) {
    yield* performLast(family, candidates, prefix, fold);
    return;
  }
  const groups = groupsOf(template, candidates.map((c) => family.candidates[c]), length + 1);
  for (const group of groups) {
    const members = group.map((i) => candidates[i]);
    const step = pipelineOf(family, members[0]).steps[length][1];
    const next = await advance(prefix, step, fold.yTrain, members.length);
    if (next !== undefined) yield* performCandidates(family, members, next, fold);
  }
}

/** One step further; undefined when the step fails: then each candidate finds that out for itself. */
async function advance(
  prefix: Prefix,
  step: object | "passthrough" | null,
  y: unknown,
  sharers: number,
): Promise<Prefix | undefined> {
  if (step === null || step === "passthrough") return { ...prefix, steps: [...prefix.steps, step] };
  const transformer = step as Step;
  const started = performance.now();
  try {
    let train: Output;
    if (typeof transformer.fitTransform === "function") train = await transformer.fitTransform(prefix.train, y);
    else {
      await transformer.fit(prefix.train, y);
      train = await transformer.transform(prefix.train);
    }
    const test = await transformer.transform(prefix.test);
    const seconds = (performance.now() - started) / 1000 / sharers;
    return { steps: [...prefix.steps, step], train, test, seconds: prefix.seconds + seconds };
  } catch {
    return undefined;
  }
}

/** Fits the last steps: as a family of their own where their class can plan one, the rest one by one. */
async function* performLast(
  family: FitFamily,
  candidates: readonly number[],
  prefix: Prefix,
  fold: Fold,
): AsyncGenerator<PlannedFit> {
  const template = family.estimator as Piped;
  const lastName = template.steps[template.steps.length - 1][0];
  const ids = new Identities();
  const byLast = new Map<string, number[]>();
  for (const c of candidates) {
    const key = ids.text((family.candidates[c] ?? {})[lastName]);
    byLast.set(key, [...byLast.get(key) ?? [], c]);
  }
  for (const members of byLast.values()) {
    const done = new Set<number>();
    for (const fit of await planLast(family, members, lastName, prefix, fold)) {
      const candidate = members[fit.candidate];
      done.add(candidate);
      yield {
        ...fit,
        candidate,
        split: fold.split,
        fitTime: fit.fitTime + prefix.seconds,
        attributes: { ...fit.attributes, score: scoreBy(pipelineOf(family, candidate)) },
        make: async () => assemble(pipelineOf(family, candidate), prefix, await fit.make()),
      };
    }
    for (const candidate of members) {
      if (done.has(candidate)) continue;
      const fit = await fitLast(family, candidate, prefix, fold);
      if (fit !== undefined) yield fit;
    }
  }
}

/** The last steps as a family of their own on the transformed samples of the fold. */
async function planLast(
  family: FitFamily,
  members: readonly number[],
  lastName: string,
  prefix: Prefix,
  fold: Fold,
): Promise<PlannedFit[]> {
  const own = `${lastName}__`;
  const params = members.map((c) => {
    const entries = Object.entries(family.candidates[c] ?? {}).filter(([key]) => key.startsWith(own));
    return Object.fromEntries(entries.map(([key, value]) => [key.slice(own.length), value]));
  });
  // The last step as the members have it in common; what differs comes with the parameters.
  const pipeline = clone(family.estimator) as Piped;
  const replaced = (family.candidates[members[0]] ?? {})[lastName];
  if (replaced !== undefined) pipeline.setParams({ [lastName]: clone(replaced, { safe: false }) });
  const last = pipeline.steps[pipeline.steps.length - 1][1];
  if (last === null || last === "passthrough" || !(prefix.train instanceof NDArray)) return [];
  const { kernel, metric } = (last as HasParams).getParams(false);
  if ([kernel, metric, ...params.flatMap((p) => [p.kernel, p.metric])].includes("precomputed")) return [];
  const [nTrain, nTest] = [prefix.train.length, (prefix.test as NDArray).length];
  const rows = Int32Array.from({ length: nTrain + nTest }, (_, i) => i);
  const sides = (a: unknown, b: unknown): LabelsLike | undefined =>
    a === undefined ? undefined : concatRows(toNDArray(a as LabelsLike), toNDArray(b as LabelsLike)) as LabelsLike;
  const weight = fold.weight === undefined ? undefined : concatRows(
    toNDArray(fold.weight as VectorLike).astype("float64"),
    new NDArray(new Float64Array(nTest).fill(1)),
  ) as VectorLike;
  try {
    return await performFamily({
      estimator: last as HasParams,
      X: concatRows(prefix.train, prefix.test as NDArray<ArrayData>),
      y: sides(fold.yTrain, fold.yTest),
      sampleWeight: weight,
      candidates: params,
      splits: [[rows.subarray(0, nTrain), rows.subarray(nTrain)]],
      wanted: family.wanted.filter((w) => w === "estimator" || typeof (last as unknown as Step)[w] === "function"),
      onTrain: family.onTrain,
    });
  } catch {
    return [];
  }
}

/** One last step; undefined when it fails: the candidate then finds that out for itself. */
async function fitLast(
  family: FitFamily,
  candidate: number,
  prefix: Prefix,
  fold: Fold,
): Promise<PlannedFit | undefined> {
  const pipeline = pipelineOf(family, candidate);
  const last = pipeline.steps[pipeline.steps.length - 1][1];
  if (last === null || last === "passthrough") return undefined;
  const step = last as Step;
  const started = performance.now();
  try {
    if (fold.weight === undefined) await step.fit(prefix.train, fold.yTrain);
    else await step.fit(prefix.train, fold.yTrain, fold.weight);
  } catch {
    return undefined;
  }
  const fitted = performance.now();
  const test = await known(step, family.wanted, prefix.test);
  const scoreTime = (performance.now() - fitted) / 1000;
  return {
    candidate,
    split: fold.split,
    fitTime: (fitted - started) / 1000 + prefix.seconds,
    scoreTime,
    test,
    ...family.onTrain ? { train: await known(step, family.wanted, prefix.train) } : {},
    attributes: { ..."classes_" in step ? { classes_: step.classes_ } : {}, score: scoreBy(pipeline) },
    make: () => assemble(pipeline, prefix, step),
  };
}

/** What a fitted last step says of transformed samples; nothing of what it cannot say. */
async function known(step: Step, wanted: FitFamily["wanted"], X: MatrixLike): Promise<KnownOutputs> {
  const out: Partial<Record<OutputMethod, unknown>> = {};
  for (const method of wanted) {
    if (method === "estimator" || typeof step[method] !== "function") continue;
    try {
      out[method] = await (step[method] as (X: unknown) => unknown).call(step, X);
    } catch {
      // The scorer will ask again, and report what is wrong.
    }
  }
  return out;
}

/**
 * How a pipeline of which only outputs are known scores: as its last step would, which asks for its predictions, and gets
 * the pipeline's.
 */
function scoreBy(pipeline: Piped): (this: Step, X: unknown, ...rest: unknown[]) => unknown {
  const last = pipeline.steps[pipeline.steps.length - 1][1] as Step;
  return function (X, ...rest) {
    const standIn = Object.create(last);
    for (const method of ["predict", "predictProba", "decisionFunction"]) {
      standIn[method] = (samples: unknown): unknown => (this[method] as (X: unknown) => unknown)(samples);
    }
    return (last.score as (...args: unknown[]) => unknown).call(standIn, X, ...rest);
  };
}

/** A pipeline of fitted steps. The steps that several share are copied as far as their fields. */
function assemble(pipeline: Piped, prefix: Prefix, last: object): object {
  const fitted = [...prefix.steps.map((step) => typeof step === "object" && step !== null ? copyOf(step) : step), last];
  const steps = pipeline.steps.map(([name], i) => [name, fitted[i]] as const);
  (pipeline as { steps: unknown }).steps = steps;
  return pipeline;
}

function copyOf(step: object): object {
  return Object.defineProperties(Object.create(Object.getPrototypeOf(step)), Object.getOwnPropertyDescriptors(step));
}
