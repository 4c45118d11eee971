// Rows packed for products, and scaled.

/** What is left of a row beyond its pairs of columns: the last of x, y and the one. */
// @ts-ignore: decorator
@inline
function packRest(x: usize, from: i32, m: i32, y: usize, t: i32, shift: usize, f: f64, out: usize): void {
  for (let j = from; j < m; j++) {
    store<f64>(out + (j << 3), (load<f64>(x + (j << 3)) - load<f64>(shift + (j << 3))) * f);
  }
  out += m << 3;
  shift += m << 3;
  for (let j = 0; j < t; j++) {
    store<f64>(out + (j << 3), (load<f64>(y + (j << 3)) - load<f64>(shift + (j << 3))) * f);
  }
  store<f64>(out + (t << 3), f);
}

/**
 * Writes rows [x − shift, y − shift, 1] times a factor: `m` columns of x, `t` of y (row strides m and t), to rows of m + t + 1.
 *
 * @param factors one for each row; 0 for none
 */
export function packRows(x: usize, count: i32, m: i32, y: usize, t: i32, shift: usize, factors: usize, out: usize): void {
  const pairs = m & ~1, row = m << 3, yrow = t << 3, width = (m + t + 1) << 3;
  let i = 0;
  // Four rows at a time: the shift is read once for them.
  for (; i + 4 <= count; i += 4) {
    const at = factors + (i << 3);
    const a = factors == 0 ? 1.0 : load<f64>(at), b = factors == 0 ? 1.0 : load<f64>(at, 8);
    const c = factors == 0 ? 1.0 : load<f64>(at, 16), d = factors == 0 ? 1.0 : load<f64>(at, 24);
    const aa = f64x2.splat(a), bb = f64x2.splat(b), cc = f64x2.splat(c), dd = f64x2.splat(d);
    const x1 = x + row, x2 = x1 + row, x3 = x2 + row;
    const o1 = out + width, o2 = o1 + width, o3 = o2 + width;
    for (let j = 0; j < pairs; j += 2) {
      const p = j << 3;
      const own = v128.load(shift + p);
      v128.store(out + p, f64x2.mul(f64x2.sub(v128.load(x + p), own), aa));
      v128.store(o1 + p, f64x2.mul(f64x2.sub(v128.load(x1 + p), own), bb));
      v128.store(o2 + p, f64x2.mul(f64x2.sub(v128.load(x2 + p), own), cc));
      v128.store(o3 + p, f64x2.mul(f64x2.sub(v128.load(x3 + p), own), dd));
    }
    packRest(x, pairs, m, y, t, shift, a, out);
    packRest(x1, pairs, m, y + yrow, t, shift, b, o1);
    packRest(x2, pairs, m, y + 2 * yrow, t, shift, c, o2);
    packRest(x3, pairs, m, y + 3 * yrow, t, shift, d, o3);
    x = x3 + row;
    y += 4 * yrow;
    out = o3 + width;
  }
  for (; i < count; i++) {
    const f = factors == 0 ? 1.0 : load<f64>(factors + (i << 3));
    const ff = f64x2.splat(f);
    for (let j = 0; j < pairs; j += 2) {
      const p = j << 3;
      v128.store(out + p, f64x2.mul(f64x2.sub(v128.load(x + p), v128.load(shift + p)), ff));
    }
    packRest(x, pairs, m, y, t, shift, f, out);
    x += row;
    y += yrow;
    out += width;
  }
}

/** Writes rows of `x` (m columns), and the constant `one`s behind them where there is room for that, times a factor each. Row stride `ld`. */
export function scaleRows(x: usize, count: i32, m: i32, factors: usize, out: usize, width: i32, ld: i32): void {
  const pairs = m & ~1;
  for (let i = 0; i < count; i++) {
    const f = load<f64>(factors + (i << 3));
    const ff = f64x2.splat(f);
    let to = out + ((i * ld) << 3);
    let j = 0;
    for (; j < pairs; j += 2) {
      v128.store(to, f64x2.mul(v128.load(x), ff));
      x += 16;
      to += 16;
    }
    for (; j < m; j++) {
      store<f64>(to, load<f64>(x) * f);
      x += 8;
      to += 8;
    }
    if (width > m) store<f64>(to, f);
  }
}
