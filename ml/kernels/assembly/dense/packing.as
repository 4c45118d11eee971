// Tables packed into panels.

/** Rows of a tile. */
// @ts-ignore: decorator
@inline
export const MR: i32 = 4;

/** Packs `width` columns of a table of `depth` rows (row stride `ld`) into panels of `w` columns, depth by depth, filled up with zeros. */
// @ts-ignore: decorator
@inline
function packAcross<T>(from: usize, ld: i32, depth: i32, width: i32, w: i32, to: usize): void {
  const size = <i32> sizeof<T>();
  for (let j = 0; j < width; j += w) {
    const n = min(w, width - j);
    let p = from + j * size;
    if (n * size == 32) {
      for (let k = 0; k < depth; k++) {
        v128.store(to, v128.load(p));
        v128.store(to, v128.load(p, 16), 16);
        to += 32;
        p += ld * size;
      }
    } else if (n == w && n * size == 16) {
      for (let k = 0; k < depth; k++) {
        v128.store(to, v128.load(p));
        to += 16;
        p += ld * size;
      }
    } else {
      for (let k = 0; k < depth; k++) {
        for (let i = 0; i < n; i++) store<T>(to + i * size, load<T>(p + i * size));
        for (let i = n; i < w; i++) store<T>(to + i * size, <T> 0);
        to += w * size;
        p += ld * size;
      }
    }
  }
}

/** Four rows side by side, `step` bytes from one depth to the next: as many of `depth` as fill vectors. Gives their number. */
// @ts-ignore: decorator
@inline
function packFour<T>(p0: usize, row: usize, depth: i32, to: usize, step: usize): i32 {
  const p1 = p0 + row, p2 = p1 + row, p3 = p2 + row;
  let k = 0;
  let at: usize = 0;
  if (sizeof<T>() == 8) {
    for (; k + 2 <= depth; k += 2) {
      const a = v128.load(p0 + at), b = v128.load(p1 + at), c = v128.load(p2 + at), d = v128.load(p3 + at);
      v128.store(to, v128.shuffle<f64>(a, b, 0, 2));
      v128.store(to, v128.shuffle<f64>(c, d, 0, 2), 16);
      v128.store(to + step, v128.shuffle<f64>(a, b, 1, 3));
      v128.store(to + step, v128.shuffle<f64>(c, d, 1, 3), 16);
      to += 2 * step;
      at += 16;
    }
    return k;
  }
  for (; k + 4 <= depth; k += 4) {
    const a = v128.load(p0 + at), b = v128.load(p1 + at), c = v128.load(p2 + at), d = v128.load(p3 + at);
    const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    v128.store(to, v128.shuffle<f64>(ab, cd, 0, 2));
    v128.store(to + step, v128.shuffle<f64>(ab, cd, 1, 3));
    const ba = v128.shuffle<f32>(a, b, 2, 6, 3, 7), dc = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(to + 2 * step, v128.shuffle<f64>(ba, dc, 0, 2));
    v128.store(to + 3 * step, v128.shuffle<f64>(ba, dc, 1, 3));
    to += 4 * step;
    at += 16;
  }
  return k;
}

/** Packs `width` rows of length `depth` (row stride `ld`) into panels of `w` rows, depth by depth, filled up with zeros. */
// @ts-ignore: decorator
@inline
function packAlong<T>(from: usize, ld: i32, depth: i32, width: i32, w: i32, to: usize): void {
  const size = <i32> sizeof<T>();
  for (let j = 0; j < width; j += w) {
    const n = min(w, width - j);
    let done = 0;
    for (let i = 0; i < n; i++) {
      let p = from + (j + i) * ld * size;
      let q = to + i * size;
      if ((i & 3) == 0) done = i + 4 <= n ? packFour<T>(p, ld * size, depth, q, w * size) : 0;
      p += done * size;
      q += done * w * size;
      for (let k = done; k < depth; k++) {
        store<T>(q, load<T>(p));
        p += size;
        q += w * size;
      }
    }
    for (let i = n; i < w; i++) {
      let q = to + i * size;
      for (let k = 0; k < depth; k++) {
        store<T>(q, <T> 0);
        q += w * size;
      }
    }
    to += depth * w * size;
  }
}

export function packA_f64(from: usize, ld: i32, depth: i32, width: i32, across: bool, to: usize): void {
  if (across) packAcross<f64>(from, ld, depth, width, MR, to);
  else packAlong<f64>(from, ld, depth, width, MR, to);
}

export function packA_f32(from: usize, ld: i32, depth: i32, width: i32, across: bool, to: usize): void {
  if (across) packAcross<f32>(from, ld, depth, width, MR, to);
  else packAlong<f32>(from, ld, depth, width, MR, to);
}

export function packB_f64(from: usize, ld: i32, depth: i32, width: i32, across: bool, to: usize): void {
  if (across) packAcross<f64>(from, ld, depth, width, 4, to);
  else packAlong<f64>(from, ld, depth, width, 4, to);
}

export function packB_f32(from: usize, ld: i32, depth: i32, width: i32, across: bool, to: usize): void {
  if (across) packAcross<f32>(from, ld, depth, width, 8, to);
  else packAlong<f32>(from, ld, depth, width, 8, to);
}
