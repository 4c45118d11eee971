// Decision trees on ranks: every value of a feature is replaced by its rank among the feature's distinct values, once for
// all trees. A node's rows stand in one run of two arrays: where the row's ranks lie, and what the row counts for. Splits
// of small nodes come from comparing all pairs; those of large ones from a histogram of coarse ranks.

export { rank_column } from "./trees/rank_column";
export { set_data } from "./trees/data";
export { grow } from "./trees/grow";
export { walk } from "./trees/walk";
export { add_values } from "./trees/walk";
