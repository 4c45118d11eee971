// Support vector machines: kernel rows computed in registers, sequential minimal optimisation on a dense kernel matrix, and a two-level
// solver over it that keeps no matrix of all samples. Sources: R.-E. Fan, P.-H. Chen, C.-J. Lin, "Working set selection using second order
// information for training support vector machines", JMLR 6 (2005); T. Joachims, "Making large-scale SVM learning practical" (1999).
//
// A problem stands in signed form: minimise ½ βᵀKβ + baseᵀβ where lo ≤ β ≤ hi and Σβ stays; F = Kβ + base is its gradient. Samples
// ("columns") lie in tiles of 8: feature by feature, 8 columns side by side. A sample with lo = hi never moves, but its F is kept.

export { setKernel } from "./shared/kernel_values";
export { gaussian32 } from "./svm/single_rows";
export { rows64 } from "./svm/double_rows";
export { newtonBytes, setNewton } from "./svm/active_set";
export { smo } from "./svm/smo";
export { setSamples, roomBytes, setScratch, scratchBytes } from "./svm/samples";
export { addRows } from "./svm/gradient";
export { setSpare, spareBytes } from "./svm/missing";
export { stepAll } from "./svm/whole";
export { addExactly } from "./svm/gradient";
export { stepNu } from "./svm/class_sums";
export { moves, added, steps } from "./svm/counts";
export { solve } from "./svm/solve";
export { decide } from "./svm/decide";
