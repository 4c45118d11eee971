// Dense linear algebra over row-major float64 and float32 in linear memory: packed matrix products, products of a matrix and a vector,
// and the vector operations. Source of the blocking: K. Goto, R. van de Geijn, "Anatomy of high-performance matrix multiplication",
// ACM TOMS 34 (2008).

export { packA_f64, packA_f32, packB_f64, packB_f32 } from "./dense/packing";
export { product_f64, product_f32 } from "./dense/product";
export { dot_f64, dot_f32, axpy_f64, axpy_f32, gemv_f64, gemv_f32, gemvAcross_f64, gemvAcross_f32 } from "./dense/vectors";
