/** Losses that regressors have; classifiers have them too, with targets −1 and 1. */
export type SGDRegressionLoss = "squared_error" | "huber" | "epsilon_insensitive" | "squared_epsilon_insensitive";

/** Losses that classifiers have. */
export type SGDClassificationLoss =
  | "hinge"
  | "log_loss"
  | "modified_huber"
  | "squared_hinge"
  | "perceptron"
  | SGDRegressionLoss;

/** Losses in the order of their numbers in the kernels. */
const KINDS: readonly SGDClassificationLoss[] = [
  "hinge",
  "perceptron",
  "squared_hinge",
  "modified_huber",
  "log_loss",
  "squared_error",
  "huber",
  "epsilon_insensitive",
  "squared_epsilon_insensitive",
];

/**
 * The number of a loss in the kernels. All are for targets −1 and 1, but "log_loss" is for 0 and 1.
 *
 * Source: T. Zhang, "Solving large scale linear prediction problems using stochastic gradient descent algorithms", ICML
 * (2004), for the modified Huber loss.
 */
export function kindOf(loss: SGDClassificationLoss): number {
  return KINDS.indexOf(loss);
}
