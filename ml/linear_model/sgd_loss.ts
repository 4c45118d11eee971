/** A loss that stochastic gradient descent minimises: its value for a target and a prediction, and its slope. */
export interface SGDLoss {
  /** The loss. */
  value(y: number, p: number): number;
  /** Its derivative by the prediction. */
  slope(y: number, p: number): number;
}

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

/** Losses of the margin y·p below a threshold: hinge, and with threshold 0 the perceptron's. */
function hinge(threshold: number): SGDLoss {
  return {
    value: (y, p) => p * y <= threshold ? threshold - p * y : 0,
    slope: (y, p) => p * y <= threshold ? -y : 0,
  };
}

/**
 * The loss of a name. All are for targets −1 and 1, but "log_loss" is for 0 and 1.
 *
 * Source: T. Zhang, "Solving large scale linear prediction problems using stochastic gradient descent algorithms", ICML
 * (2004), for the modified Huber loss.
 *
 * @param epsilon width of what counts as no error, or from where on huber's grows linearly
 */
export function lossOf(name: SGDClassificationLoss, epsilon: number): SGDLoss {
  switch (name) {
    case "hinge":
      return hinge(1);
    case "perceptron":
      return hinge(0);
    case "log_loss":
      return {
        value: (y, p) => (p > 0 ? p : 0) + Math.log1p(Math.exp(-Math.abs(p))) - y * p,
        slope: (y, p) => {
          const e = Math.exp(-Math.abs(p));
          return (p >= 0 ? 1 / (1 + e) : e / (1 + e)) - y;
        },
      };
    case "modified_huber":
      return {
        value: (y, p) => p * y >= 1 ? 0 : p * y >= -1 ? (1 - p * y) * (1 - p * y) : -4 * p * y,
        slope: (y, p) => p * y >= 1 ? 0 : p * y >= -1 ? -2 * (1 - p * y) * y : -4 * y,
      };
    case "squared_hinge":
      return {
        value: (y, p) => 1 - p * y > 0 ? (1 - p * y) * (1 - p * y) : 0,
        slope: (y, p) => 1 - p * y > 0 ? -2 * y * (1 - p * y) : 0,
      };
    case "squared_error":
      return { value: (y, p) => 0.5 * (p - y) * (p - y), slope: (y, p) => p - y };
    case "huber":
      return {
        value: (y, p) => {
          const r = Math.abs(y - p);
          return r <= epsilon ? 0.5 * r * r : epsilon * (r - 0.5 * epsilon);
        },
        slope: (y, p) => Math.max(-epsilon, Math.min(epsilon, p - y)),
      };
    case "epsilon_insensitive":
      return {
        value: (y, p) => Math.max(0, Math.abs(y - p) - epsilon),
        slope: (y, p) => y - p > epsilon ? -1 : p - y > epsilon ? 1 : 0,
      };
    case "squared_epsilon_insensitive":
      return {
        value: (y, p) => {
          const r = Math.max(0, Math.abs(y - p) - epsilon);
          return r * r;
        },
        slope: (y, p) => y - p > epsilon ? -2 * (y - p - epsilon) : p - y > epsilon ? 2 * (p - y - epsilon) : 0,
      };
  }
}
