// Rows packed for products, and scaled.

/**
 * Writes rows [x − shift, y − shift, 1] times a factor: `m` columns of x, `t` of y (row strides m and t), to rows of m + t + 1.
 *
 * @param factors one for each row; 0 for none
 */
export function packRows(x: usize, count: i32, m: i32, y: usize, t: i32, shift: usize, factors: usize, out: usize): void {
  const pairs = m & ~1;
  for (let i = 0; i < count; i++) {
    const f = factors == 0 ? 1.0 : load<f64>(factors + (i << 3));
    const ff = f64x2.splat(f);
    let j = 0;
    for (; j < pairs; j += 2) {
      v128.store(out, f64x2.mul(f64x2.sub(v128.load(x), v128.load(shift + (j << 3))), ff));
      x += 16;
      out += 16;
    }
    for (; j < m; j++) {
      store<f64>(out, (load<f64>(x) - load<f64>(shift + (j << 3))) * f);
      x += 8;
      out += 8;
    }
    for (j = 0; j < t; j++) {
      store<f64>(out, (load<f64>(y) - load<f64>(shift + ((m + j) << 3))) * f);
      y += 8;
      out += 8;
    }
    store<f64>(out, f);
    out += 8;
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
