// Rows of values of any kernel in double precision, two at a time.

import { E0, E1, E2, E3, KERNEL, narrow, RBF, shaped } from "../shared/kernel_values";
import { madd64 } from "../shared/multiply_add";

// @ts-ignore: decorator
@inline
function addPair(k: v128, c0: v128, h: v128, c1: v128, out: usize, also: usize): void {
  const d = madd64(k, c0, f64x2.mul(h, c1));
  v128.store(out, f64x2.add(v128.load(out), d));
  if (also != 0) v128.store(also, f64x2.add(v128.load(also), d));
}

/**
 * Two rows of any kernel in double precision, as `gaussian32` has four. `rows`: their features, for RBF times 2·GAMMA. Coefficients and
 * norms are doubles; what is stored are floats, or doubles where `wide`.
 */
export function rows64(tiles: usize, norms: usize, blocks: i32, dim: i32, rows: usize, rowNorms: usize, coefs: usize, out: usize, ld: i32, also: usize, wide: i32): void {
  const r1 = rows + (dim << 3);
  const rbf = KERNEL == RBF;
  const n0 = rbf ? v128.load64_splat(rowNorms) : f64x2.splat(0);
  const n1 = rbf ? v128.load64_splat(rowNorms, 8) : f64x2.splat(0);
  const c0 = coefs != 0 ? v128.load64_splat(coefs) : f64x2.splat(0);
  const c1 = coefs != 0 ? v128.load64_splat(coefs, 8) : f64x2.splat(0);
  for (let b = 0; b < blocks; b++) {
    let a0 = n0, a1 = n0, a2 = n0, a3 = n0, b0 = n1, b1 = n1, b2 = n1, b3 = n1;
    if (rbf) {
      let m = v128.load(norms);
      a0 = f64x2.add(a0, m);
      b0 = f64x2.add(b0, m);
      m = v128.load(norms, 16);
      a1 = f64x2.add(a1, m);
      b1 = f64x2.add(b1, m);
      m = v128.load(norms, 32);
      a2 = f64x2.add(a2, m);
      b2 = f64x2.add(b2, m);
      m = v128.load(norms, 48);
      a3 = f64x2.add(a3, m);
      b3 = f64x2.add(b3, m);
      norms += 64;
    }
    const end = <usize> dim << 3;
    let k: usize = 0;
    // Two features of a row a load: each is checked against the memory's end.
    for (; k + 16 <= end; k += 16) {
      const v = v128.load(rows + k);
      const w = v128.load(r1 + k);
      let y = v128.shuffle<f64>(v, v, 0, 0);
      let z = v128.shuffle<f64>(w, w, 0, 0);
      let x: v128;
      x = v128.load(tiles);
      a0 = madd64(x, y, a0);
      b0 = madd64(x, z, b0);
      x = v128.load(tiles, 16);
      a1 = madd64(x, y, a1);
      b1 = madd64(x, z, b1);
      x = v128.load(tiles, 32);
      a2 = madd64(x, y, a2);
      b2 = madd64(x, z, b2);
      x = v128.load(tiles, 48);
      a3 = madd64(x, y, a3);
      b3 = madd64(x, z, b3);
      y = v128.shuffle<f64>(v, v, 1, 1);
      z = v128.shuffle<f64>(w, w, 1, 1);
      x = v128.load(tiles, 64);
      a0 = madd64(x, y, a0);
      b0 = madd64(x, z, b0);
      x = v128.load(tiles, 80);
      a1 = madd64(x, y, a1);
      b1 = madd64(x, z, b1);
      x = v128.load(tiles, 96);
      a2 = madd64(x, y, a2);
      b2 = madd64(x, z, b2);
      x = v128.load(tiles, 112);
      a3 = madd64(x, y, a3);
      b3 = madd64(x, z, b3);
      tiles += 128;
    }
    if (k < end) {
      const y = v128.load64_splat(rows + k);
      const z = v128.load64_splat(r1 + k);
      let x: v128;
      x = v128.load(tiles);
      a0 = madd64(x, y, a0);
      b0 = madd64(x, z, b0);
      x = v128.load(tiles, 16);
      a1 = madd64(x, y, a1);
      b1 = madd64(x, z, b1);
      x = v128.load(tiles, 32);
      a2 = madd64(x, y, a2);
      b2 = madd64(x, z, b2);
      x = v128.load(tiles, 48);
      a3 = madd64(x, y, a3);
      b3 = madd64(x, z, b3);
      tiles += 64;
    }
    shaped(a0, a1, a2, a3);
    a0 = E0;
    a1 = E1;
    a2 = E2;
    a3 = E3;
    shaped(b0, b1, b2, b3);
    b0 = E0;
    b1 = E1;
    b2 = E2;
    b3 = E3;
    if (coefs != 0) {
      addPair(a0, c0, b0, c1, out, also);
      addPair(a1, c0, b1, c1, out + 16, also == 0 ? 0 : also + 16);
      addPair(a2, c0, b2, c1, out + 32, also == 0 ? 0 : also + 32);
      addPair(a3, c0, b3, c1, out + 48, also == 0 ? 0 : also + 48);
      out += 64;
      if (also != 0) also += 64;
    } else if (wide) {
      const size = <usize> ld << 3;
      v128.store(out, a0);
      v128.store(out, a1, 16);
      v128.store(out, a2, 32);
      v128.store(out, a3, 48);
      v128.store(out + size, b0);
      v128.store(out + size, b1, 16);
      v128.store(out + size, b2, 32);
      v128.store(out + size, b3, 48);
      out += 64;
    } else {
      const size = <usize> ld << 2;
      v128.store(out, narrow(a0, a1));
      v128.store(out, narrow(a2, a3), 16);
      v128.store(out + size, narrow(b0, b1));
      v128.store(out + size, narrow(b2, b3), 16);
      out += 32;
    }
  }
}
