import { NDArray } from "../array/mod.ts";
import type { FitFamily, FitPlan, PlannedPart, PlannedStage } from "../base/mod.ts";
import type { FamilyData, FamilyGroup, FamilyTask } from "./family.ts";
import type { GivenMatrix } from "./family_steps.ts";
import { isSymmetric, ROUNDING, seemsPositive } from "./given_matrix.ts";
import type { KernelFunction } from "./kernel.ts";
import { ownKernel } from "./kernel_parameters.ts";
import { nuSolver } from "./nu_solver.ts";
import { LARGE_PAIR, type OneVsOneModel, type TrainingOptions, type TrainingSet, trainOneVsOne } from "./one_vs_one.ts";
import { solveBySmo } from "./smo.ts";
import { SVMError } from "./errors.ts";
import { familyData, MANY, partOf, weightOf } from "./family.ts";

/** What a stage "gram" comes to. */
export interface GramStage {
  /** The matrix that a function of the user's gave; none where X is the matrix itself. */
  readonly data?: Float64Array;
  readonly isPositive: boolean;
}

/** Fewest entries that are parts of their own, each with all splits; fewer are cut split by split. */
const FEW_ENTRIES = 3;

/**
 * Parts for kernels that are fitted step by step: those that may not be positive, that are given as a matrix or by a
 * function, and all kernels where the share of errors is given. The matrix of a pair has to have room in `cacheSize`, as
 * floats; that of all samples, where a function makes it. What has none is left to single fits.
 */
export function planSteps(groups: readonly FamilyGroup[], data: FamilyData, sound: readonly number[]): FitPlan {
  // A sample has one place in a machine: splits that name one twice are left out, too.
  const splits = sound.filter((s) => new Set(data.splits[s][0]).size === data.splits[s][0].length);
  const stages: PlannedStage[] = [];
  const parts: PlannedPart[] = [];
  const [n, width] = data.table.shape;
  const [a, b = 0] = [...data.encoded.counts].sort((p, q) => q - p);
  const roomy = (rows: number, group: FamilyGroup, bytes = 4): boolean =>
    rows * rows * bytes <= group.cacheSize * 2 ** 20;
  const fitting = groups.filter((g) => splits.length > 0 && roomy(g.own === undefined ? a + b : n, g));
  const cold = fitting.filter((g) => g.kernel !== "precomputed");
  for (const group of fitting) {
    const unit = 4 + width / 10;
    if (group.kernel !== "precomputed") {
      // Splits share rows of the kernel, unless each has a kernel of its own.
      const pieces = group.gamma === "scale" ? splits.length : Math.ceil(MANY / cold.length);
      for (const own of cut(splits, pieces)) {
        parts.push(partOf("steps", [group], own, unit * own.length * group.entries.length));
      }
      continue;
    }
    const at = stages.length;
    stages.push({ cost: unit * splits.length, task: { way: "gram", groups: [group], splits: [] } });
    const add = (way: FamilyTask["way"], g: FamilyGroup, own: readonly number[]): void => {
      parts.push({ ...partOf(way, [g], own, unit * own.length * g.entries.length), stages: [at] });
    };
    if (a + b < LARGE_PAIR && group.entries[0].nu === undefined && roomy(n, group, 8)) {
      for (const s of splits) add("small", group, [s]);
      continue;
    }
    const weights = [...new Set(group.entries.map(weightOf))];
    const size = Math.ceil(group.entries.length / MANY);
    for (const w of weights) {
      const entries = group.entries.filter((e) => weightOf(e) === w);
      if (entries.length < FEW_ENTRIES) { for (const s of splits) add("steps", { ...group, entries }, [s]); }
      else {for (const own of cut(entries, Math.ceil(entries.length / size))) {
          add("steps", { ...group, entries: own }, splits);
        }}
    }
  }
  return { stages, parts };
}

/** So many pieces of equal length, or one shorter; fewer where there is less. */
function cut<T>(list: readonly T[], pieces: number): T[][] {
  const count = Math.min(pieces, list.length);
  return Array.from(
    { length: count },
    (_, i) => list.slice(Math.floor(i * list.length / count), Math.floor((i + 1) * list.length / count)),
  );
}

/**
 * The matrix between all samples that a function of the user's makes, in one call; and whether it, or the matrix that is
 * given, has one optimum.
 *
 * @throws {SVMError} when it is not the same both ways: then values hang on which sample comes first, and each fit is left
 * to itself
 */
export async function performGram(family: FitFamily, { groups: [{ own }] }: FamilyTask): Promise<GramStage> {
  const { table } = familyData(family);
  const matrix = own === undefined ? table : await ownKernel(functionOf(family, own), table, table);
  if (!isSymmetric(matrix, ROUNDING)) throw new SVMError("a kernel's matrix is not symmetric");
  const isPositive = seemsPositive(matrix);
  return own === undefined ? { isPositive } : { data: matrix.data, isPositive };
}

function functionOf({ estimator, candidates }: FitFamily, candidate: number): KernelFunction {
  const { kernel } = candidates[candidate] ?? {};
  return (kernel ?? estimator.getParams(false).kernel) as KernelFunction;
}

/** The matrix of a part, from what its stage came to; undefined where none is given. */
export function givenMatrix({ table }: FamilyData, stage: GramStage | undefined): GivenMatrix | undefined {
  if (stage === undefined) return undefined;
  const n = table.shape[0];
  const { data, isPositive } = stage;
  return { matrix: data === undefined ? table : new NDArray(data, [n, n]), isPositive };
}

/** Fits all samples where a stage's matrix lies. */
export function trainOnStage(
  stage: unknown,
  set: Omit<TrainingSet, "X">,
  options: Omit<TrainingOptions, "solver">,
): OneVsOneModel {
  const n = set.codes.length;
  const X = new NDArray((stage as GramStage).data as Float64Array, [n, n]);
  const solver = options.nu === undefined ? solveBySmo : nuSolver(options.nu);
  return trainOneVsOne({ ...set, X }, { ...options, solver });
}
