// Linear models over float64 rows in linear memory: rows packed for products, logistic losses and their slopes, probabilities. Two rows
// or two columns a vector.

export { packRows, scaleRows } from "./linear/rows";
export { binaryLoss, softmax, sigmoid } from "./linear/losses";
export { lossSlope, settleWeights, descend } from "./linear/descent";
