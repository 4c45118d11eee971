import type { ArrayData, Labels, LabelsLike, MatrixLike, NDArray, TableLike, VectorLike } from "../array/mod.ts";
import {
  BaseComposition,
  type FitFamily,
  type FitPlan,
  NotFittedError,
  type Params,
  type PlannedFit,
  type PlannedPart,
} from "../base/mod.ts";
import { bool, checkParameters, didYouMean, nameParts, UnknownNameError } from "../utils/mod.ts";
import { PipelineError } from "./errors.ts";
import { type PipelineFitParams, type StepWeights, weightsByStep } from "./fit_params.ts";
import { performPipelinePart, planPipeline } from "./plan.ts";
import { fitStep, fitTransformStep, type Step } from "./step.ts";

/** A step: its name, and an estimator; "passthrough" or null for none. */
export type PipelineStep = readonly [name: string, estimator: object | "passthrough" | null];

/** Parameters of {@linkcode Pipeline} beyond its steps. */
export interface PipelineOptions {
  /** Whether to say how long each step took; false if left out. */
  verbose?: boolean;
}

// deno-lint-ignore no-explicit-any -- methods of steps are called with what the pipeline was called with
type AnyMethod = (...args: any[]) => any;

/**
 * Transformers, one after the other, and an estimator at the end, used as one estimator. Hyperparameters of steps have
 * their name before them: `svc__C`.
 *
 * What asks the last step throws a {@linkcode PipelineError} where that has no such method, or lets everything pass.
 *
 * @example
 * ```ts
 * import { loadWine, Pipeline, StandardScaler, SVC } from "@troupe/troupe";
 * const { X, y } = loadWine();
 * const pipeline = new Pipeline([["scale", new StandardScaler()], ["svc", new SVC()]]);
 * await pipeline.setParams({ svc__C: 10 }).fit(X, y);
 * await pipeline.score(X, y); // 1
 * ```
 */
export class Pipeline extends BaseComposition {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = { steps: null, verbose: false };
  /** What is left out. */
  static override readonly leftOut: Readonly<Record<string, string>> = {
    memory: "searches share what fitted steps make without it",
    transformInput: "it belongs to scikit-learn's routing of metadata, which there is not",
  };

  /** How the fits of a search are done together: candidates that differ in later steps share what comes before. */
  static planFits(family: FitFamily): FitPlan | null {
    return planPipeline(family);
  }

  /** Does the fits of a part of such a plan. */
  static performPart(family: FitFamily, part: PlannedPart): AsyncGenerator<PlannedFit> {
    return performPipelinePart(family, part);
  }

  /** The steps, in order. */
  declare steps: readonly PipelineStep[];
  /** Whether it says how long each step took. */
  declare verbose: boolean;

  /**
   * A pipeline of steps.
   *
   * @param steps names and estimators, in order
   * @param options the rest
   * @throws {UnknownNameError} at an option that there is not, with the nearest that there is
   */
  constructor(steps: readonly PipelineStep[], options?: PipelineOptions);
  /**
   * A pipeline with everything in one object.
   *
   * @param options everything by name
   */
  constructor(options: PipelineOptions & { steps: readonly PipelineStep[] });
  constructor(first: readonly PipelineStep[] | object, options: PipelineOptions = {}) {
    super(Array.isArray(first) ? { ...options, steps: first } : first);
  }

  /** How many steps there are. */
  get length(): number {
    return this.steps.length;
  }

  /** The steps' estimators by name. */
  get namedSteps(): Readonly<Record<string, object | "passthrough" | null>> {
    return Object.fromEntries(this.steps);
  }

  /** What kind of estimator it is: the kind of its last step. */
  get estimatorType(): unknown {
    return this.last()?.estimatorType;
  }

  /** The classes of the last step. */
  get classes_(): Labels {
    return this.lastOf("classes_").classes_ as Labels;
  }

  /** Number of features the first step saw. */
  get nFeaturesIn_(): number {
    return (this.first() as { nFeaturesIn_?: number } | undefined)?.nFeaturesIn_ as number;
  }

  /** Names of the features the first step saw, where X had names. */
  get featureNamesIn_(): string[] | undefined {
    return (this.first() as { featureNamesIn_?: string[] } | undefined)?.featureNamesIn_;
  }

  /** The first step that does something. */
  private first(): object | undefined {
    return this.steps?.find(([, e]) => e !== null && e !== "passthrough")?.[1] as object | undefined;
  }

  /** Whether the last step has a method. */
  supports(method: string): boolean {
    const last = this.last() as { supports?(method: string): boolean } | undefined;
    if (last === undefined) return method === "transform" || method === "fitTransform";
    return typeof (last as Record<string, unknown>)[method] === "function" && (last.supports?.(method) ?? true);
  }

  /** A pipeline of some of the same steps: `start` to `stop` (not included), negative ones from the end. */
  slice(start?: number, stop?: number): Pipeline {
    return new Pipeline(this.steps.slice(start, stop), { verbose: this.verbose });
  }

  /**
   * A step's estimator, by number (negative from the end) or by name.
   *
   * @throws {UnknownNameError} when there is no such step
   */
  get(step: number | string): object | "passthrough" | null {
    const found = typeof step === "number" ? this.steps.at(step) : this.steps.find(([name]) => name === step);
    if (found === undefined) {
      throw new UnknownNameError(`Pipeline: no step ${step}; ${didYouMean(String(step), this.steps.map(([n]) => n))}`);
    }
    return found[1];
  }

  /**
   * Fits all steps, each to what the one before makes of the samples.
   *
   * @param X samples
   * @param y targets
   * @param fitParams `step__sampleWeight`, or weights for the last step
   * @throws {PipelineError} when the steps do not make a pipeline
   */
  async fit(X: TableLike, y?: LabelsLike | null, fitParams?: PipelineFitParams): Promise<this> {
    const weights = weightsByStep(this.steps, fitParams);
    const input = await this.fitBefore(X, y, weights);
    const last = this.last();
    if (last !== undefined) {
      await this.timed(this.length - 1, () => fitStep(last, input, y, this.weightOf(-1, weights)));
    }
    return this;
  }

  /**
   * Fits all steps, and transforms the samples by all.
   *
   * @throws {PipelineError} when the steps do not make a pipeline, or the last has no `transform`
   */
  async fitTransform(X: TableLike, y?: LabelsLike | null, fitParams?: PipelineFitParams): Promise<NDArray<ArrayData>> {
    const weights = weightsByStep(this.steps, fitParams);
    const input = await this.fitBefore(X, y, weights);
    const last = this.last();
    if (last === undefined) return input as NDArray<ArrayData>;
    if (typeof last.transform !== "function") throw this.cannot("fitTransform", "transform");
    return await this.timed(this.length - 1, () => fitTransformStep(last, input, y, this.weightOf(-1, weights)));
  }

  /** The last step's predictions for samples. */
  async predict(X: TableLike): Promise<Labels> {
    return await this.ask("predict", X) as Labels;
  }

  /** Fits all steps, and gives the last step's predictions for the same samples. */
  async fitPredict(X: TableLike, y?: LabelsLike | null, fitParams?: PipelineFitParams): Promise<Labels> {
    const last = this.last();
    if (typeof last?.fitPredict !== "function") {
      await this.fit(X, y, fitParams);
      return await this.predict(X);
    }
    const weights = weightsByStep(this.steps, fitParams);
    const input = await this.fitBefore(X, y, weights);
    const weight = this.weightOf(-1, weights);
    const args = weight === undefined ? [y] : [y, weight];
    return await this.timed(this.length - 1, () => (last.fitPredict as AnyMethod).call(last, input, ...args)) as Labels;
  }

  /** The last step's probabilities for samples. */
  async predictProba(X: TableLike): Promise<NDArray<Float64Array>> {
    return await this.ask("predictProba", X) as NDArray<Float64Array>;
  }

  /** The last step's logarithms of probabilities for samples. */
  async predictLogProba(X: TableLike): Promise<NDArray<Float64Array>> {
    return await this.ask("predictLogProba", X) as NDArray<Float64Array>;
  }

  /** The last step's decision values for samples. */
  async decisionFunction(X: TableLike): Promise<NDArray<Float64Array>> {
    return await this.ask("decisionFunction", X) as NDArray<Float64Array>;
  }

  /** Samples transformed by all steps. */
  async transform(X: TableLike): Promise<NDArray<ArrayData>> {
    const last = this.last();
    if (last === undefined) {
      return await this.before(X).catch((e) => {
        throw this.notFitted(e, "transform");
      }) as NDArray<ArrayData>;
    }
    return await this.ask("transform", X) as NDArray<ArrayData>;
  }

  /**
   * Takes the transformations of all steps back, the last first.
   *
   * @throws {PipelineError} when a step has no such method
   */
  async inverseTransform(X: TableLike): Promise<NDArray<ArrayData>> {
    let out = X as MatrixLike;
    for (const [name, step] of [...this.transformers(), ["", this.last()] as const].reverse()) {
      if (step === undefined) continue;
      if (typeof step.inverseTransform !== "function") {
        throw new PipelineError(`Pipeline.inverseTransform: step ${name || this.lastName()} has no inverseTransform()`);
      }
      out = await step.inverseTransform(out);
    }
    return out as NDArray<ArrayData>;
  }

  /** The last step's scores of each sample. */
  async scoreSamples(X: TableLike): Promise<NDArray<Float64Array>> {
    return await this.ask("scoreSamples", X) as NDArray<Float64Array>;
  }

  /**
   * The names of the columns that `transform` gives.
   *
   * @param inputFeatures names of the features; those seen in `fit`, or x0, x1, …, if left out
   * @throws {PipelineError} when a step does not know its names
   */
  getFeatureNamesOut(inputFeatures?: readonly string[] | null): string[] {
    let names = inputFeatures ?? undefined;
    for (const [name, step] of this.steps) {
      if (step === null || step === "passthrough") continue;
      const { getFeatureNamesOut } = step as { getFeatureNamesOut?: AnyMethod };
      if (typeof getFeatureNamesOut !== "function") {
        throw new PipelineError(
          `Pipeline.getFeatureNamesOut: step ${name}: ${step.constructor.name} has no getFeatureNamesOut()`,
        );
      }
      names = getFeatureNamesOut.call(step, names) as string[];
    }
    return [...names ?? []];
  }

  /** The last step's score for samples. */
  async score(X: TableLike, y?: LabelsLike | null, sampleWeight?: VectorLike): Promise<number> {
    const args = sampleWeight === undefined ? [y] : [y, sampleWeight];
    return await this.ask("score", X, ...args) as number;
  }

  /** Transforms samples by all steps but the last, and calls a method of that. */
  private async ask(method: string, X: TableLike, ...rest: unknown[]): Promise<unknown> {
    const last = this.lastOf(method);
    if (typeof last[method] !== "function") throw this.cannot(method, method);
    try {
      return await last[method](await this.before(X), ...rest);
    } catch (e) {
      throw this.notFitted(e, method);
    }
  }

  /** What is thrown where a step threw: that a step is not fitted means that nobody fitted the pipeline. */
  private notFitted(e: unknown, method: string): unknown {
    if (!(e instanceof NotFittedError)) return e;
    return new NotFittedError(`this Pipeline is not fitted yet: call fit() before calling ${method}()`, { cause: e });
  }

  /** An error that says that the last step has no such method. */
  private cannot(asked: string, method: string): PipelineError {
    const { name } = (this.last() as object).constructor;
    return new PipelineError(`Pipeline.${asked}: its last step, ${this.lastName()}: ${name}, has no ${method}()`);
  }

  /** Samples transformed by all steps but the last. */
  private async before(X: TableLike): Promise<MatrixLike> {
    let out = X as MatrixLike;
    for (const [, step] of this.transformers()) out = await (step.transform as NonNullable<Step["transform"]>)(out);
    return out;
  }

  /** Fits all steps but the last, and gives what they make of the samples. */
  private async fitBefore(
    X: TableLike,
    y: LabelsLike | null | undefined,
    weights: ReadonlyMap<string, StepWeights>,
  ): Promise<MatrixLike> {
    this.checkSteps();
    let out = X as MatrixLike;
    for (const [name, step] of this.transformers()) {
      const at = this.steps.findIndex(([n]) => n === name);
      out = await this.timed(at, () => fitTransformStep(step, out, y, weights.get(name)));
    }
    return out;
  }

  /** All steps but the last that do something. */
  private transformers(): [string, Step][] {
    return this.steps.slice(0, -1).filter(([, e]) => e !== null && e !== "passthrough") as unknown as [string, Step][];
  }

  /** The last step's estimator; undefined when it lets everything pass. */
  private last(): Step | undefined {
    const step = this.steps.at(-1)?.[1];
    return step === null || step === "passthrough" ? undefined : step as Step | undefined;
  }

  /** The last step's estimator, or an error that there is none to ask. */
  private lastOf(what: string): Step {
    const step = this.last();
    if (step === undefined) throw new PipelineError(`Pipeline.${what}: its last step lets everything pass`);
    return step;
  }

  /** The last step's name. */
  private lastName(): string {
    return this.steps[this.steps.length - 1][0];
  }

  /** The weights of a step by its place. */
  private weightOf(at: number, weights: ReadonlyMap<string, StepWeights>): StepWeights | undefined {
    return weights.get((this.steps.at(at) as PipelineStep)[0]);
  }

  /** Checks that names are distinct and fit for parameters, and that all steps but the last transform. */
  private checkSteps(): void {
    if (!Array.isArray(this.steps) || this.steps.length === 0) throw new PipelineError("Pipeline: it has no steps");
    try {
      this.checkNames();
    } catch (error) {
      throw new PipelineError((error as Error).message, { cause: error });
    }
    checkParameters("Pipeline", { verbose: this.verbose }, { verbose: bool });
    for (const [name, step] of this.transformers()) {
      if (typeof step.fit !== "function" || typeof step.transform !== "function") {
        throw new PipelineError(`Pipeline: step ${name} must have fit() and transform(), for it is not the last`);
      }
    }
    const last = this.last();
    if (last !== undefined && typeof last.fit !== "function") {
      throw new PipelineError(`Pipeline: the last step, ${this.lastName()}, must have fit()`);
    }
  }

  /** Does something, and says how long it took when asked to. */
  private async timed<T>(at: number, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const out = await work();
    if (this.verbose) {
      const left = `[Pipeline] `;
      const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5);
      const right = `(step ${at + 1} of ${this.length}) Processing ${this.steps[at][0]}, total= ${seconds}s`;
      console.log(`${left}${".".repeat(Math.max(0, 70 - left.length - right.length))} ${right}`);
    }
    return out;
  }
}

/**
 * A pipeline whose steps are named after their classes, in small letters.
 *
 * @example
 * ```ts
 * import { makePipeline, StandardScaler, SVC } from "@troupe/troupe";
 * makePipeline(new StandardScaler(), new SVC()).steps.map(([name]) => name); // ["standardscaler", "svc"]
 * ```
 */
export function makePipeline(...estimators: (object | "passthrough" | null)[]): Pipeline {
  return new Pipeline(nameParts(estimators));
}
