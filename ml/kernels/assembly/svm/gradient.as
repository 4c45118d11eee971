// What coefficients times rows add to gradients.

import { madd64 } from "../shared/multiply_add";
import { fill, rowOf } from "./matrix";
import { compute, DIM, FEATURES, KIND, MATRIX, N, NORMS, SCRATCH, TILES } from "./samples";
import { addStored } from "./single_rows";

/** F (and also) += coefs · rows, over all columns; any number of rows. */
export function addRows(rows: usize, coefs: usize, count: i32, F: usize, also: usize): void {
  if (KIND == FEATURES) {
    addFeatures(rows, coefs, count, F, also);
    return;
  }
  if (KIND == MATRIX) fill(rows, count, SCRATCH);
  for (let r = 0; r < count; r += 4) {
    const k = min(4, count - r);
    const list = rows + (<usize> r << 2);
    const c = coefs + (<usize> r << 3);
    if (KIND != MATRIX) compute(KIND, list, k, c, TILES, NORMS, N >> 3, F, 0, also, SCRATCH);
    else {
      const f = SCRATCH;
      for (let s = 0; s < 4; s++) store<f32>(f + (<usize> s << 2), s < k ? <f32> load<f64>(c + (<usize> s << 3)) : 0);
      const p0 = rowOf(load<i32>(list));
      const p1 = k > 1 ? rowOf(load<i32>(list, 4)) : p0;
      const p2 = k > 2 ? rowOf(load<i32>(list, 8)) : p0;
      const p3 = k > 3 ? rowOf(load<i32>(list, 12)) : p0;
      addStored(p0, p1, p2, p3, f, N >> 3, F, also);
    }
  }
}

/** The same where the kernel is a product of features: all rows are one vector. */
function addFeatures(rows: usize, coefs: usize, count: i32, F: usize, also: usize): void {
  const w = SCRATCH;
  const dim = DIM;
  memory.fill(w, 0, (<usize> dim) << 3);
  for (let r = 0; r < count; r++) {
    const i = load<i32>(rows + (<usize> r << 2));
    const c = load<f64>(coefs + (<usize> r << 3));
    let from = TILES + ((<usize> (i >> 3) * <usize> dim) << 6) + (<usize> (i & 7) << 3);
    for (let k = 0; k < dim; k++) {
      const o = w + (<usize> k << 3);
      store<f64>(o, load<f64>(o) + c * load<f64>(from));
      from += 64;
    }
  }
  let t = TILES;
  for (let b = 0; b < N >> 3; b++) {
    let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (let k = 0; k < dim; k++) {
      const v = v128.load64_splat(w + (<usize> k << 3));
      s0 = madd64(v128.load(t), v, s0);
      s1 = madd64(v128.load(t, 16), v, s1);
      s2 = madd64(v128.load(t, 32), v, s2);
      s3 = madd64(v128.load(t, 48), v, s3);
      t += 64;
    }
    v128.store(F, f64x2.add(v128.load(F), s0));
    v128.store(F, f64x2.add(v128.load(F, 16), s1), 16);
    v128.store(F, f64x2.add(v128.load(F, 32), s2), 32);
    v128.store(F, f64x2.add(v128.load(F, 48), s3), 48);
    F += 64;
    if (also != 0) {
      v128.store(also, f64x2.add(v128.load(also), s0));
      v128.store(also, f64x2.add(v128.load(also, 16), s1), 16);
      v128.store(also, f64x2.add(v128.load(also, 32), s2), 32);
      v128.store(also, f64x2.add(v128.load(also, 48), s3), 48);
      also += 64;
    }
  }
}

/** F += coefs · rows of the matrix, row after row in double precision. */
export function addExactly(rows: usize, coefs: usize, count: i32, F: usize): void {
  const bytes = <usize> N << 3;
  fill(rows, count, SCRATCH);
  for (let r = 0; r < count; r++) {
    const row = rowOf(load<i32>(rows + (<usize> r << 2)));
    const c = v128.load64_splat(coefs + (<usize> r << 3));
    for (let o: usize = 0; o < bytes; o += 16) {
      v128.store(F + o, madd64(f64x2.promote_low_f32x4(v128.load64_zero(row + (o >> 1))), c, v128.load(F + o)));
    }
  }
}
