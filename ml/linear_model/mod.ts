/**
 * Linear models: least squares with and without penalties, logistic regression, stochastic gradient descent.
 * @module
 */
export { ElasticNet, type ElasticNetOptions } from "./elastic_net.ts";
export * from "./errors.ts";
export { Lasso, type LassoOptions } from "./lasso.ts";
export { LinearRegressor } from "./linear_regressor.ts";
export { LinearClassifier } from "./linear_classifier.ts";
export { LogisticRegression, type LogisticRegressionOptions, type LogisticSolver } from "./logistic_regression.ts";
export { SGDClassifier, type SGDClassifierOptions } from "./sgd_classifier.ts";
export type { LearningRate, SGDPenalty } from "./sgd_descent.ts";
export type { SGDClassificationLoss, SGDRegressionLoss } from "./sgd_loss.ts";
export { SGDClassifierBase, type SGDMethods, SGDRegressorBase } from "./sgd_methods.ts";
export type { SGDOptions, SGDStart } from "./sgd_options.ts";
export { SGDRegressor, type SGDRegressorOptions } from "./sgd_regressor.ts";
export { LinearRegression, type LinearRegressionOptions } from "./linear_regression.ts";
export { Ridge, type RidgeOptions, type RidgeSolver } from "./ridge.ts";
