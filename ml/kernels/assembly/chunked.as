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
    for (let r = 0; r < n; r++) {
      let m = tile, s = squares;
      let j = 0;
      for (; j + 2 <= width; j += 2) {
        const d = f64x2.sub(v128.load(p), v128.load(m));
        v128.store(s, f64x2.add(v128.load(s), f64x2.mul(d, d)));
        p += 16;
        m += 16;
        s += 16;
      }
      if (j < width) {
        const d = load<f64>(p) - load<f64>(m);
        store<f64>(s, load<f64>(s) + d * d);
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

/** out[j] = the smallest over rows of p[i, j]; or, with `largest`, the largest. NaN where there is one. */
export function extremeRows(p: usize, rows: i32, width: i32, largest: bool, out: usize): void {
  memory.copy(out, p, <usize>width << 3);
  for (let i = 0; i < rows; i++) {
    let o = out;
    let j = 0;
    if (largest) {
      for (; j + 2 <= width; j += 2) {
        v128.store(o, f64x2.max(v128.load(o), v128.load(p)));
        p += 16;
        o += 16;
      }
    } else {
      for (; j + 2 <= width; j += 2) {
        v128.store(o, f64x2.min(v128.load(o), v128.load(p)));
        p += 16;
        o += 16;
      }
    }
    if (j < width) {
      const a = load<f64>(o), b = load<f64>(p);
      store<f64>(o, largest ? max<f64>(a, b) : min<f64>(a, b));
      p += 8;
    }
  }
}

/** The same of a line. */
export function extremeLine(p: usize, n: i32, largest: bool): f64 {
  let a = f64x2.splat(load<f64>(p)), b = a, c = a, d = a;
  let i = 0;
  if (largest) {
    for (; i + 8 <= n; i += 8) {
      a = f64x2.max(a, v128.load(p));
      b = f64x2.max(b, v128.load(p, 16));
      c = f64x2.max(c, v128.load(p, 32));
      d = f64x2.max(d, v128.load(p, 48));
      p += 64;
    }
    a = f64x2.max(f64x2.max(a, b), f64x2.max(c, d));
  } else {
    for (; i + 8 <= n; i += 8) {
      a = f64x2.min(a, v128.load(p));
      b = f64x2.min(b, v128.load(p, 16));
      c = f64x2.min(c, v128.load(p, 32));
      d = f64x2.min(d, v128.load(p, 48));
      p += 64;
    }
    a = f64x2.min(f64x2.min(a, b), f64x2.min(c, d));
  }
  let v = f64x2.extract_lane(a, 0);
  const w = f64x2.extract_lane(a, 1);
  v = largest ? max<f64>(v, w) : min<f64>(v, w);
  for (; i < n; i++) {
    const x = load<f64>(p);
    v = largest ? max<f64>(v, x) : min<f64>(v, x);
    p += 8;
  }
  return v;
}
