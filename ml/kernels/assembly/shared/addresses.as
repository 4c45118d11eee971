// Where elements of 2, 4 and 8 bytes stand.

// @ts-ignore: decorator
@inline
export function at2(p: usize, i: i32): usize {
  return p + (<usize> i << 1);
}

// @ts-ignore: decorator
@inline
export function at4(p: usize, i: i32): usize {
  return p + (<usize> i << 2);
}

// @ts-ignore: decorator
@inline
export function at8(p: usize, i: i32): usize {
  return p + (<usize> i << 3);
}
