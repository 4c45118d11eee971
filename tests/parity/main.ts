/**
 * `deno task parity`: runs the golden tests, and shows how near to scikit-learn's the numbers are. Needs no Python: what scikit-learn
 * gave stands in `tests/fixtures/`.
 *
 * @module
 */

import { commandLine } from "../../actors/cli/mod.ts";
import type { Observation } from "./observe.ts";

commandLine({
  name: "parity",
  about: "Runs the golden tests, and shows how near to scikit-learn's the numbers are. Takes some minutes.",
  positionals: [],
  options: {},
});

/** A row of the table: what it is, what is promised, which tests show it, and what of what they saw. */
interface Row {
  readonly what: string;
  readonly promised: string;
  /** What is promised, as a relative difference. */
  readonly within?: number;
  readonly tests: readonly string[];
  readonly say: readonly ("numbers" | "predictions" | "above" | "errors" | "search")[];
}

const rows: readonly Row[] = [
  {
    what: "random numbers, data sets, splits, candidates, encoders, scalers, metrics",
    promised: "equal, or 1e-12 relative",
    within: 1e-12,
    tests: [
      "random/random_state",
      "datasets/datasets",
      "model_selection/splits",
      "model_selection/more_splits",
      "model_selection/candidates",
      "preprocessing/scalers",
      "preprocessing/transformers",
      "impute/simple_imputer",
      "metrics/golden",
      "metrics/metrics",
      "feature_selection/selection",
    ],
    say: ["numbers"],
  },
  {
    what: "closed forms: least squares, ridge, PCA, naive Bayes",
    promised: "1e-9 relative",
    within: 1e-9,
    tests: ["linear_model/least_squares", "decomposition/decomposition", "naive_bayes/gaussian_nb", "linalg/linalg"],
    say: ["numbers"],
  },
  {
    what: "convex optima: SVMs",
    promised: "objective at most 1e-4 above, 99.8 % of predictions",
    tests: ["svm/svc", "svm/machines", "svm/small_problems"],
    say: ["above", "predictions"],
  },
  {
    what: "convex optima: logistic regression, lasso, elastic net",
    promised: "objective at most 1e-4 above, 99.8 % of predictions",
    tests: ["linear_model/logistic_regression", "linear_model/coordinate_descent"],
    say: ["above", "predictions"],
  },
  {
    what: "trees without subsampling",
    promised: "equal predictions but for exact ties",
    tests: ["tree/decision_tree"],
    say: ["predictions", "numbers"],
  },
  {
    what: "forests, SGD",
    promised: "mean score over 10 seeds within 1 standard error",
    tests: ["ensemble/forest", "linear_model/sgd"],
    say: ["errors"],
  },
  {
    what: "mini-batch k-means, k-means",
    promised: "mean score over 10 seeds within 1 standard error",
    tests: ["cluster/k_means"],
    say: ["numbers"],
  },
  {
    what: "the seeds' searches",
    promised: "same best parameters, mean scores within 0.001, best within 0.0005",
    tests: ["model_selection/search"],
    say: ["search"],
  },
];

const share = (part: number, all: number): string => `${(Math.floor(1e4 * part / all) / 100).toFixed(2)} %`;
const few = (x: number): string => x === 0 ? "0" : x.toExponential(1);

/** What was seen, in words. */
function told(seen: readonly Observation[], { say, within = 1e-9 }: Row): string {
  const parts: string[] = [];
  for (const kind of say) {
    const of = seen.filter((o) => o[kind] !== undefined);
    if (of.length === 0) continue;
    const cases = new Set(of.map((o) => o.file + (o.case ?? ""))).size;
    if (kind === "numbers") {
      let count = 0, same = 0, far = 0, odd = 0, oddFar = 0, lost = 0, ours = 0, theirs = 0;
      for (const { numbers } of of) {
        count += numbers!.count;
        same += numbers!.same;
        const { exact } = numbers!;
        if (numbers!.far <= within) far = Math.max(far, numbers!.far);
        else if (exact !== undefined && exact.ours <= Math.max(within, exact.theirs)) {
          // Rounding parted them, and 50 digits say whose.
          lost++;
          ours = Math.max(ours, exact.ours);
          theirs = Math.max(theirs, exact.theirs);
        } else {
          odd++;
          oddFar = Math.max(oddFar, numbers!.far);
        }
      }
      // Badly conditioned data sets, and solvers that iterate: the tests say which, and how far they let them be.
      const rest = odd === 0
        ? ""
        : `; ${odd} more, where rounding, or a solver that iterates, decides, at most ${few(oddFar)}`;
      const nearer = lost === 0
        ? ""
        : `; ${lost} more, of which 50 digits were computed: ours at most ${few(ours)} from those, scikit-learn's ${
          few(theirs)
        }`;
      parts.push(
        `${of.length - odd - lost} arrays at most ${few(far)} apart${nearer}${rest}; ${
          share(same, count)
        } of ${count} numbers equal to the bit`,
      );
    } else if (kind === "predictions") {
      const count = of.reduce((n, o) => n + o.predictions!.count, 0);
      const same = of.reduce((n, o) => n + o.predictions!.same, 0);
      parts.push(`${share(same, count)} of ${count} predictions equal, in ${cases} cases`);
    } else if (kind === "above") {
      parts.push(`objective at most ${few(Math.max(...of.map((o) => o.above!)))} above, in ${cases} cases`);
    } else if (kind === "errors") {
      const spread = (errors: readonly number[]): string => {
        const within = errors.filter((d) => Math.abs(d) <= 1).length;
        const most = Math.max(...errors.map(Math.abs));
        const mean = errors.reduce((n, d) => n + d, 0) / errors.length;
        return `${within} of ${cases} cases within 1 standard error, most ${most.toFixed(1)}, mean ${mean.toFixed(2)}`;
      };
      parts.push(spread(of.map((o) => o.errors!)));
      parts.push(`scikit-learn against itself with other seeds: ${spread(of.map((o) => o.itself!))}`);
    } else {
      const far = Math.max(...of.map((o) => o.search!.far));
      const best = Math.max(...of.map((o) => o.search!.best));
      const same = of.filter((o) => o.search!.same).length;
      parts.push(
        `${same} of ${of.length} with the same best parameters; ` +
          `mean scores at most ${few(far)} apart, the best ${few(best)}`,
      );
    }
  }
  return parts.join("; ") || "nothing was seen";
}

const folder = Deno.makeTempDirSync();
try {
  const root = new URL("../../", import.meta.url);
  const files = rows.flatMap((row) => row.tests.map((name) => new URL(`tests/ml/${name}_test.ts`, root).pathname));
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-prompt", "--no-check", "--quiet", "--reporter=dot", ...files],
    cwd: root,
    env: { TROUPE_PARITY: folder, NO_COLOR: "1" },
    stdout: "piped",
    stderr: "inherit",
  }).output();
  const seen: Observation[] = [...Deno.readDirSync(folder)].flatMap(({ name }) =>
    Deno.readTextFileSync(`${folder}/${name}`).trim().split("\n").map((line) => JSON.parse(line))
  );
  console.log("| what | promised | seen |\n|---|---|---|");
  for (const row of rows) {
    const own = seen.filter((o) => row.tests.some((name) => o.file.endsWith(`/${name}_test.ts`)));
    console.log(`| ${row.what} | ${row.promised} | ${told(own, row)} |`);
  }
  if (!success) {
    console.log(`\nSome of the tests failed:\n${new TextDecoder().decode(stdout).slice(-4000)}`);
    Deno.exit(1);
  }
} finally {
  Deno.removeSync(folder, { recursive: true });
}
