// Sorting by 32-bit keys, digit by digit.

/** Bits of a float32 that sort as whole numbers the way it does; both zeros are one value. */
@inline
export function sortable(b: u32): u32 {
  if (b == 0x80000000) b = 0;
  return b >> 31 ? ~b : b | 0x80000000;
}

/** The bits of a float32 again. */
@inline
export function unsortable(b: u32): u32 {
  return b >> 31 ? b & 0x7fffffff : ~b;
}

/** Sorts pairs of 8 bytes by their high halves, equal ones in the order they stand in; gives where they lie then. */
export function sortByKeys(from: usize, to: usize, n: i32, digits: usize): usize {
  for (let pass = 0; pass < 3; pass++) {
    const shift = <u64> (32 + pass * 11);
    memory.fill(digits, 0, 2048 << 2);
    for (let i = 0; i < n; i++) {
      const at = digits + ((<usize> (load<u64>(from + (<usize> i << 3)) >> shift) & 2047) << 2);
      store<i32>(at, load<i32>(at) + 1);
    }
    let sum = 0;
    for (let d = 0; d < 2048; d++) {
      const at = digits + (<usize> d << 2);
      const c = load<i32>(at);
      store<i32>(at, sum);
      sum += c;
    }
    for (let i = 0; i < n; i++) {
      const pair = load<u64>(from + (<usize> i << 3));
      const at = digits + ((<usize> (pair >> shift) & 2047) << 2);
      const place = load<i32>(at);
      store<i32>(at, place + 1);
      store<u64>(to + (<usize> place << 3), pair);
    }
    const t = from;
    from = to;
    to = t;
  }
  return from;
}
