/** What an estimator says of itself, where its kind does not say it: as `static tags`, or as a property. */
export interface EstimatorTags {
  /** What it learns from: a table of numbers, if left out, columns of categories, or labels alone. */
  input?: "numbers" | "categories" | "labels";
  /** Whether `fit` needs y; classifiers and regressors do if left out. */
  requiresY?: boolean;
  /** Whether missing values (NaN) may stand in X; false if left out. */
  allowNaN?: boolean;
  /** Whether X must not be negative; false if left out. */
  positiveX?: boolean;
  /** Whether it takes two classes only; false if left out. */
  binaryOnly?: boolean;
  /** Whether it can be used without `fit`; false if left out. */
  stateless?: boolean;
  /** Whether X is handed on without a look at it, as by functions of the user's; false if left out. */
  unchecked?: boolean;
  /** Whether what it gives differs from fit to fit even with a seed; false if left out. */
  nonDeterministic?: boolean;
  /** Whether what it says of a sample depends on the other samples asked about; false if left out. */
  dependsOnOthers?: boolean;
  /** Whether X is the matrix of a kernel or of distances, of as many columns as `fit` has samples; false if left out. */
  pairwise?: boolean;
}

const nan: EstimatorTags = { allowNaN: true };

/** Tags of the library's own estimators, which hold for what extends them too. */
const ofLibrary: Readonly<Record<string, EstimatorTags>> = {
  StandardScaler: nan,
  MinMaxScaler: nan,
  MaxAbsScaler: nan,
  RobustScaler: nan,
  QuantileTransformer: nan,
  SimpleImputer: nan,
  VarianceThreshold: nan,
  DecisionTreeClassifier: nan,
  DecisionTreeRegressor: nan,
  RandomForestClassifier: nan,
  RandomForestRegressor: nan,
  ExtraTreesClassifier: nan,
  ExtraTreesRegressor: nan,
  OneHotEncoder: { input: "categories", allowNaN: true },
  OrdinalEncoder: { input: "categories", allowNaN: true },
  LabelEncoder: { input: "labels" },
  LabelBinarizer: { input: "labels" },
  Normalizer: { stateless: true },
  FunctionTransformer: { stateless: true, unchecked: true },
  SelectKBest: { requiresY: true },
  DummyClassifier: { unchecked: true },
  DummyRegressor: { unchecked: true },
  FrozenEstimator: { unchecked: true },
};

/** Tags by the names of an estimator's class and of those that it extends; the nearest count most. */
function tagsOfClass(estimator: object): EstimatorTags {
  const chain: EstimatorTags[] = [];
  for (let p = Object.getPrototypeOf(estimator); p !== null; p = Object.getPrototypeOf(p)) {
    const cls = p.constructor as { name: string; tags?: EstimatorTags };
    if (Object.hasOwn(cls, "tags")) chain.push(cls.tags as EstimatorTags);
    else if (Object.hasOwn(ofLibrary, cls.name)) chain.push(ofLibrary[cls.name]);
  }
  return Object.assign({}, ...chain.reverse());
}

/** The parts that an estimator is made of: one that it wraps, or a list with names. */
function partsOf(estimator: object): object[] {
  const { estimator: inner, steps, transformers, transformerList } = estimator as Record<string, unknown>;
  const lists = [steps, transformers, transformerList].filter(Array.isArray) as unknown[][];
  return [inner, ...lists.flat().map((part) => Array.isArray(part) ? part[1] : undefined)]
    .filter((part): part is object => typeof part === "object" && part !== null && "fit" in part);
}

/** What follows from the parts: missing values where all take them, y where one needs it. */
function tagsOfParts(estimator: object): EstimatorTags {
  const tags = partsOf(estimator).map(tagsOf);
  if (tags.length === 0) return {};
  const requiresY = tags.some((t) => t.requiresY);
  return { allowNaN: tags.every((t) => t.allowNaN), ...requiresY ? { requiresY } : {} };
}

/**
 * What an estimator says of itself, all of it.
 *
 * @example
 * ```ts
 * import { DecisionTreeClassifier, SVC, tagsOf } from "@troupe/troupe";
 * tagsOf(new DecisionTreeClassifier()).allowNaN; // true
 * tagsOf(new SVC()).kind; // "classifier"
 * ```
 */
export function tagsOf(estimator: object): Required<EstimatorTags> & { kind: string | undefined } {
  const { estimatorType } = estimator as { estimatorType?: string };
  return {
    kind: estimatorType,
    input: "numbers",
    requiresY: estimatorType === "classifier" || estimatorType === "regressor",
    positiveX: false,
    binaryOnly: false,
    stateless: false,
    unchecked: false,
    nonDeterministic: false,
    dependsOnOthers: false,
    pairwise: false,
    allowNaN: false,
    ...tagsOfParts(estimator),
    ...tagsOfClass(estimator),
    ...(estimator as { tags?: EstimatorTags }).tags,
  } as Required<EstimatorTags> & { kind: string | undefined };
}
