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
