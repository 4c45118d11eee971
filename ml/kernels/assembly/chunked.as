// Reductions of row-major float64 blocks in linear memory, in one pass: sums, means with squared distances from them, extremes. A block is
// [rows, width], reduced over its rows; or a line.

/** Elements of a tile: it stays in the first cache, where it is read twice. */
const TILE: i32 = 2048;

// @ts-ignore: decorator
@inline
function lanes(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

function sumTile(p: usize, n: i32): f64 {
  let a = f64x2.splat(0), b = a, c = a, d = a;
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    a = f64x2.add(a, v128.load(p));
    b = f64x2.add(b, v128.load(p, 16));
    c = f64x2.add(c, v128.load(p, 32));
    d = f64x2.add(d, v128.load(p, 48));
    p += 64;
  }
  let s = lanes(f64x2.add(f64x2.add(a, b), f64x2.add(c, d)));
  for (; i < n; i++) {
    s += load<f64>(p);
    p += 8;
  }
  return s;
}

/** The sum of n elements, in halves down to tiles. */
export function sumLine(p: usize, n: i32): f64 {
  if (n <= TILE) return sumTile(p, n);
  const tiles = (n + TILE - 1) / TILE;
  const half = (tiles >> 1) * TILE;
  return sumLine(p, half) + sumLine(p + (<usize>half << 3), n - half);
}

/** out[j] += the sum over rows of p[i, j], for rows that are a tile. */
function sumRowsTile(p: usize, rows: i32, width: i32, out: usize): void {
  const step = <usize>width << 3;
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    let q = p, o = out;
    let j = 0;
    for (; j + 2 <= width; j += 2) {
      const a = f64x2.add(v128.load(q), v128.load(q + step));
      const b = f64x2.add(v128.load(q + 2 * step), v128.load(q + 3 * step));
      v128.store(o, f64x2.add(v128.load(o), f64x2.add(a, b)));
      q += 16;
      o += 16;
    }
    if (j < width) {
      const a = load<f64>(q) + load<f64>(q + step);
      const b = load<f64>(q + 2 * step) + load<f64>(q + 3 * step);
      store<f64>(o, load<f64>(o) + (a + b));
    }
    p += 4 * step;
  }
  for (; i < rows; i++) {
    for (let j = 0; j < width; j++) {
      const o = out + (<usize>j << 3);
      store<f64>(o, load<f64>(o) + load<f64>(p));
      p += 8;
    }
  }
}

// @ts-ignore: decorator
@inline
function tileRows(width: i32): i32 {
  const rows = TILE / width;
  return rows < 8 ? 8 : rows;
}

/** out[j] = the sum over rows of p[i, j]. `tile` is room for width elements. */
export function sumRows(p: usize, rows: i32, width: i32, out: usize, tile: usize): void {
  const bytes = <usize>width << 3;
  memory.fill(out, 0, bytes);
  const most = tileRows(width);
  for (let i = 0; i < rows; i += most) {
    const n = rows - i < most ? rows - i : most;
    memory.fill(tile, 0, bytes);
    sumRowsTile(p, n, width, tile);
    for (let j: usize = 0; j < bytes; j += 8) store<f64>(out + j, load<f64>(out + j) + load<f64>(tile + j));
    p += <usize>n * bytes;
  }
}

// @ts-ignore: decorator
@inline
function addSquare(to: usize, d: f64): void {
  store<f64>(to, load<f64>(to) + d * d);
}

/** mean[j] and square[j]: mean over rows, and sum of squared distances from it. `tile` is room for 2 × width elements. */
export function momentsRows(p: usize, rows: i32, width: i32, mean: usize, square: usize, tile: usize): void {
  const bytes = <usize>width << 3;
  const squares = tile + bytes;
  memory.fill(mean, 0, bytes);
  memory.fill(square, 0, bytes);
  const most = tileRows(width);
  let before: f64 = 0;
  for (let i = 0; i < rows; i += most) {
    const n = rows - i < most ? rows - i : most;
    memory.fill(tile, 0, 2 * bytes);
    sumRowsTile(p, n, width, tile);
    for (let j: usize = 0; j < bytes; j += 8) store<f64>(tile + j, load<f64>(tile + j) / <f64>n);
    let r = 0;
    // Four rows at a time, one after the other: what they are taken from and added to is read once for them.
    for (; r + 4 <= n; r += 4) {
      let m = tile, s = squares;
      let j = 0;
      for (; j + 2 <= width; j += 2) {
        const own = v128.load(m);
        const a = f64x2.sub(v128.load(p), own), b = f64x2.sub(v128.load(p + bytes), own);
        const c = f64x2.sub(v128.load(p + 2 * bytes), own), d = f64x2.sub(v128.load(p + 3 * bytes), own);
        let sum = f64x2.add(v128.load(s), f64x2.mul(a, a));
        sum = f64x2.add(sum, f64x2.mul(b, b));
        sum = f64x2.add(sum, f64x2.mul(c, c));
        v128.store(s, f64x2.add(sum, f64x2.mul(d, d)));
        p += 16;
        m += 16;
        s += 16;
      }
      if (j < width) {
        for (let q = p; q < p + 4 * bytes; q += bytes) addSquare(s, load<f64>(q) - load<f64>(m));
        p += 8;
      }
      p += 3 * bytes;
    }
    for (; r < n; r++) {
      for (let j: usize = 0; j < bytes; j += 8) {
        addSquare(squares + j, load<f64>(p) - load<f64>(tile + j));
        p += 8;
      }
    }
    const all = before + <f64>n;
    const share = <f64>n / all, weight = before * share;
    for (let j: usize = 0; j < bytes; j += 8) {
      const m = load<f64>(mean + j), d = load<f64>(tile + j) - m;
      store<f64>(mean + j, m + d * share);
      store<f64>(square + j, load<f64>(square + j) + load<f64>(squares + j) + d * d * weight);
    }
    before = all;
  }
}

/** The same of a line: mean at `out`, squares behind it. */
export function momentsLine(p: usize, n: i32, out: usize): void {
  let mean: f64 = 0, square: f64 = 0, before: f64 = 0;
  for (let i = 0; i < n; i += TILE) {
    const count = n - i < TILE ? n - i : TILE;
    const own = sumTile(p, count) / <f64>count;
    const m = f64x2.splat(own);
    let a = f64x2.splat(0), b = a, c = a, e = a;
    let k = 0;
    for (; k + 8 <= count; k += 8) {
      const x = f64x2.sub(v128.load(p), m), y = f64x2.sub(v128.load(p, 16), m);
      const z = f64x2.sub(v128.load(p, 32), m), w = f64x2.sub(v128.load(p, 48), m);
      a = f64x2.add(a, f64x2.mul(x, x));
      b = f64x2.add(b, f64x2.mul(y, y));
      c = f64x2.add(c, f64x2.mul(z, z));
      e = f64x2.add(e, f64x2.mul(w, w));
      p += 64;
    }
    let s = lanes(f64x2.add(f64x2.add(a, b), f64x2.add(c, e)));
    for (; k < count; k++) {
      const x = load<f64>(p) - own;
      s += x * x;
      p += 8;
    }
    const all = before + <f64>count, d = own - mean;
    const share = <f64>count / all;
    mean += d * share;
    square += s + d * d * before * share;
    before = all;
  }
  store<f64>(out, mean);
  store<f64>(out, square, 8);
}

// Where no NaN is among them, extremes are one instruction each, not eight: NaN shows in the sum of four, and then they are compared with care. Of zeros
// that are extremes the sign is told by the signs of all elements: there is none beyond them.

// @ts-ignore: decorator
@inline
function nearly(a: v128, b: v128, largest: bool): v128 {
  return largest ? f64x2.pmax(a, b) : f64x2.pmin(a, b);
}

// @ts-ignore: decorator
@inline
function exactly(a: v128, b: v128, largest: bool): v128 {
  return largest ? f64x2.max(a, b) : f64x2.min(a, b);
}

/** Signs of both: whether any is negative; or, with `largest`, all are. */
// @ts-ignore: decorator
@inline
function signsOf(a: v128, b: v128, largest: bool): v128 {
  return largest ? v128.and(a, b) : v128.or(a, b);
}

/** Extremes, zeros with the sign that `signs` says. */
// @ts-ignore: decorator
@inline
function signed(v: v128, signs: v128): v128 {
  const sign = v128.and(f64x2.eq(v, f64x2.splat(0)), f64x2.splat(-0.0));
  return v128.bitselect(signs, v, sign);
}

// @ts-ignore: decorator
@inline
function extremeInto(p: usize, rows: i32, width: i32, largest: bool, out: usize): void {
  const step = <usize> width << 3;
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    let o = out;
    let j = 0;
    for (; j + 2 <= width; j += 2) {
      const a = v128.load(p), b = v128.load(p + step), c = v128.load(p + 2 * step), d = v128.load(p + 3 * step);
      const before = v128.load(o);
      const sum = f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
      let v: v128;
      if (v128.any_true(f64x2.ne(sum, sum))) {
        v = exactly(before, exactly(exactly(a, b, largest), exactly(c, d, largest), largest), largest);
      } else {
        v = nearly(before, nearly(nearly(a, b, largest), nearly(c, d, largest), largest), largest);
        v = signed(v, signsOf(before, signsOf(signsOf(a, b, largest), signsOf(c, d, largest), largest), largest));
      }
      v128.store(o, v);
      p += 16;
      o += 16;
    }
    if (j < width) {
      const a = exactly(v128.load64_zero(p), v128.load64_zero(p + step), largest);
      const b = exactly(v128.load64_zero(p + 2 * step), v128.load64_zero(p + 3 * step), largest);
      v128.store64_lane(o, exactly(v128.load64_zero(o), exactly(a, b, largest), largest), 0);
      p += 8;
    }
    p += 3 * step;
  }
  for (; i < rows; i++) {
    for (let o = out; o < out + step; o += 8) {
      v128.store64_lane(o, exactly(v128.load64_zero(o), v128.load64_zero(p), largest), 0);
      p += 8;
    }
  }
}

/** out[j] = the smallest over rows of p[i, j]; or, with `largest`, the largest. NaN where there is one. */
export function extremeRows(p: usize, rows: i32, width: i32, largest: bool, out: usize): void {
  memory.copy(out, p, <usize>width << 3);
  if (largest) extremeInto(p, rows, width, true, out);
  else extremeInto(p, rows, width, false, out);
}

// @ts-ignore: decorator
@inline
function extremeOf(p: usize, n: i32, largest: bool): f64 {
  let v = v128.load64_splat(p);
  let i = 0;
  if (n >= 8) {
    let a = v, b = a, c = a, d = a, signs = a, missing = f64x2.splat(0);
    for (; i + 8 <= n; i += 8) {
      const x = v128.load(p), y = v128.load(p, 16), z = v128.load(p, 32), w = v128.load(p, 48);
      const sum = f64x2.add(f64x2.add(x, y), f64x2.add(z, w));
      missing = v128.or(missing, f64x2.ne(sum, sum));
      signs = signsOf(signs, signsOf(signsOf(x, y, largest), signsOf(z, w, largest), largest), largest);
      a = nearly(a, x, largest);
      b = nearly(b, y, largest);
      c = nearly(c, z, largest);
      d = nearly(d, w, largest);
      p += 64;
    }
    v = nearly(nearly(a, b, largest), nearly(c, d, largest), largest);
    v = signed(v, signs);
    if (v128.any_true(missing)) {
      // Infinities of both signs may be behind it as well.
      p -= <usize> i << 3;
      v = v128.load64_splat(p);
      for (i = 0; i + 2 <= n; i += 2) {
        v = exactly(v, v128.load(p), largest);
        p += 16;
      }
    }
    v = exactly(v, v128.shuffle<f64>(v, v, 1, 0), largest);
  }
  for (; i < n; i++) {
    v = exactly(v, v128.load64_splat(p), largest);
    p += 8;
  }
  return f64x2.extract_lane(v, 0);
}

/** The same of a line. */
export function extremeLine(p: usize, n: i32, largest: bool): f64 {
  return largest ? extremeOf(p, n, true) : extremeOf(p, n, false);
}
