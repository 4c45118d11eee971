// Draws of a node: xorshift, 31 bits at a time. Source: G. Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8 (2003).

let state: u32 = 0;

/** Where draws go on from. */
export function seed(from: u32): void {
  state = from;
}

@inline
export function draw(): u32 {
  let s = state == 0 ? <u32> 1 : state;
  s ^= s << 13;
  s ^= s >> 17;
  s ^= s << 5;
  state = s;
  return s & 0x7fffffff;
}

@inline
export function mix(h: u32): u32 {
  h ^= h >> 16;
  h *= 0x85ebca6b;
  h ^= h >> 13;
  h *= 0xc2b2ae35;
  h ^= h >> 16;
  return h;
}
