import { checkLabels, checkOptionNames, fixed } from "../utils/mod.ts";
import { type LabelsLike, NDArray } from "../array/mod.ts";
import type { WeightOptions } from "./classification.ts";
import { countLabels, type ZeroDivision } from "./counts.ts";
import { MetricError } from "./errors.ts";
import { type Average, precisionRecallFscoreSupport } from "./fscore.ts";
import type { TargetsLike } from "./targets.ts";
import { warnOnce } from "./warn.ts";

/** Options of {@linkcode classificationReport}. */
export interface ReportOptions extends WeightOptions {
  /** Which labels, in which order; all that occur, sorted, if left out. */
  labels?: LabelsLike | null;
  /** What the rows are called; the labels themselves if left out. */
  targetNames?: readonly string[] | null;
  /** Digits after the point; 2 if left out. */
  digits?: number;
  /** Give numbers by name, not text; false if left out. */
  outputDict?: boolean;
  /** What 0/0 is; 0, with a warning, if left out. */
  zeroDivision?: ZeroDivision;
}

/** One row of a report. */
export interface ReportRow {
  /** Part of what was predicted that is right. */
  precision: number;
  /** Part of what is there that was found. */
  recall: number;
  /** Harmonic mean of both. */
  "f1-score": number;
  /** Weight of the true samples. */
  support: number;
}

/** A report as numbers: a row for each label and each mean, and the accuracy where there is one. */
export type ReportDict = Record<string, ReportRow | number>;

/**
 * Precision, recall, F1 and number of samples of each class, and their means, as text or as numbers.
 *
 * @throws {MetricError} when there are not as many names as labels
 *
 * @example
 * ```ts
 * import { classificationReport } from "@troupe/troupe";
 * console.log(classificationReport([0, 1, 2, 2, 2], [0, 0, 2, 2, 1]));
 * ```
 */
export function classificationReport(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options: ReportOptions & { outputDict: true },
): ReportDict;
/** The same as text. */
export function classificationReport(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options?: ReportOptions & { outputDict?: false },
): string;
export function classificationReport(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options: ReportOptions = {},
): string | ReportDict {
  checkOptionNames("classificationReport", options, [
    "digits",
    "labels",
    "outputDict",
    "sampleWeight",
    "targetNames",
    "zeroDivision",
  ]);
  const { digits = 2, outputDict = false, zeroDivision = "warn", sampleWeight } = options;
  const { labels, present, multilabel } = countLabels(yTrue, yPred, { labels: options.labels, sampleWeight });
  const given = options.labels !== undefined && options.labels !== null;
  const { labels: all, hits } = countLabels(yTrue, yPred, { sampleWeight });
  const microIsAccuracy = !multilabel && (!given || all.every((label) => labels.includes(label)));
  const shown = !multilabel && checkLabels((options.labels ?? yTrue) as LabelsLike).dtype === "bool"
    ? labels.map(Boolean)
    : labels;
  const names = namesOf(shown, options.targetNames ?? null, given, present);
  const score = (average: Average): number[][] => {
    const scores = precisionRecallFscoreSupport(yTrue, yPred, {
      labels: options.labels,
      average,
      sampleWeight,
      zeroDivision,
    });
    const columns = [scores.precision, scores.recall, scores.fscore, scores.support];
    return columns.map((c) => c instanceof NDArray ? [...c.data] : c === null ? [] : [c]);
  };
  const [p, r, f, support] = score(null);
  const total = support.reduce((a, b) => a + b, 0);
  const rows = names.map((name, i) => ({ name, values: [p[i], r[i], f[i], support[i]] }));
  const averages =
    (multilabel ? ["micro", "macro", "weighted", "samples"] : ["micro", "macro", "weighted"]) as Average[];
  const means = averages.map((average) => {
    const [[mp], [mr], [mf]] = score(average);
    const name = average === "micro" && microIsAccuracy ? "accuracy" : `${average} avg`;
    return { name, values: [mp, mr, mf, total] };
  });
  // Weights are shown with a point; so are counts in scikit-learn, where no label was right at all.
  const pointed = (sampleWeight !== undefined && sampleWeight !== null) || (!multilabel && hits.every((h) => h === 0));
  return outputDict ? asNumbers([...rows, ...means]) : asText(rows, means, digits, pointed);
}

function namesOf(
  labels: readonly unknown[],
  names: readonly string[] | null,
  given: boolean,
  present: number,
): string[] {
  if (names === null) return labels.map(String);
  if (names.length !== labels.length) {
    const message = `classificationReport: ${names.length} targetNames for ${labels.length} labels`;
    if (!given) throw new MetricError(`${message} (${present} occur); say by labels which are meant`);
    warnOnce(message);
  }
  return names.slice(0, labels.length);
}

interface Row {
  name: string;
  values: number[];
}

function asNumbers(rows: readonly Row[]): ReportDict {
  return Object.fromEntries(rows.map(({ name, values: [precision, recall, f1, support] }) => [
    name,
    name === "accuracy" ? precision : { precision, recall, "f1-score": f1, support },
  ]));
}

function asText(rows: readonly Row[], means: readonly Row[], digits: number, pointed: boolean): string {
  const width = Math.max(...rows.map(({ name }) => name.length), "weighted avg".length, digits);
  const cell = (text: string): string => ` ${text.padStart(9)}`;
  const count = (v: number): string => pointed && Number.isInteger(v) ? v.toFixed(1) : String(v);
  const line = ({ name, values }: Row): string => {
    const numbers = values.slice(0, 3).map((v) => fixed(v, digits));
    const shown = name === "accuracy" ? ["", "", numbers[2]] : numbers;
    return `${name.padStart(width)} ${shown.map(cell).join("")}${cell(count(values[3]))}\n`;
  };
  const head = `${"".padStart(width)} ${["precision", "recall", "f1-score", "support"].map(cell).join("")}\n\n`;
  return `${head}${rows.map(line).join("")}\n${means.map(line).join("")}`;
}
