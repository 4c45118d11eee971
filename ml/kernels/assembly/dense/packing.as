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
    } else if (n == w) {
      for (let k = 0; k < depth; k++) {
        for (let i = 0; i < w; i++) store<T>(to + i * size, load<T>(p + i * size));
        to += w * size;
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

/** Packs `width` rows of length `depth` (row stride `ld`) into panels of `w` rows, depth by depth, filled up with zeros. */
// @ts-ignore: decorator
@inline
function packAlong<T>(from: usize, ld: i32, depth: i32, width: i32, w: i32, to: usize): void {
  const size = <i32> sizeof<T>();
  for (let j = 0; j < width; j += w) {
    const n = min(w, width - j);
    for (let i = 0; i < n; i++) {
      let p = from + (j + i) * ld * size;
      let q = to + i * size;
      for (let k = 0; k < depth; k++) {
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
