/**
 * Preparing samples: scalers, encoders of categories, and what else is done to columns one by one.
 * @module
 */
export { BaseEncoder, type EncodedColumns } from "./base_encoder.ts";
export type { Category } from "./categories.ts";
export * from "./function_transformer.ts";
export { LabelEncoder } from "./label_encoder.ts";
export * from "./label_binarizer.ts";
export { MaxAbsScaler, type MaxAbsScalerOptions } from "./max_abs_scaler.ts";
export * from "./min_max_scaler.ts";
export * from "./normalizer.ts";
export { OneHotEncoder, type OneHotEncoderOptions } from "./one_hot_encoder.ts";
export * from "./ordinal_encoder.ts";
export * from "./polynomial_features.ts";
export * from "./quantile_transformer.ts";
export * from "./robust_scaler.ts";
export * from "./standard_scaler.ts";
