// Predicting: samples led down trees, and what stands in the nodes where they come to.

/**
 * Leads samples down a tree, each from the node where it stands, by `steps` levels at most.
 *
 * @param nodes 16 bytes each: left, right, feature with the side of missing values in its highest bit (int32), threshold
 * (float32); of a leaf both children are itself
 * @param at node of each sample, int32
 */
export function walk(nodes: usize, X: usize, n: i32, m: i32, steps: i32, at: usize): void {
  const row = <usize> m << 2;
  let i = 0;
  // Four samples side by side, so that they wait for memory together.
  for (; i + 4 <= n; i += 4) {
    const x0 = X + <usize> i * row;
    const x1 = x0 + row;
    const x2 = x1 + row;
    const x3 = x2 + row;
    const own = at + (<usize> i << 2);
    let a = load<i32>(own);
    let b = load<i32>(own, 4);
    let c = load<i32>(own, 8);
    let d = load<i32>(own, 12);
    for (let s = 0; s < steps; s++) {
      const e = next(nodes, x0, a);
      const f = next(nodes, x1, b);
      const g = next(nodes, x2, c);
      const h = next(nodes, x3, d);
      const moved = (e ^ a) | (f ^ b) | (g ^ c) | (h ^ d);
      a = e;
      b = f;
      c = g;
      d = h;
      if (moved == 0) break;
    }
    store<i32>(own, a);
    store<i32>(own, b, 4);
    store<i32>(own, c, 8);
    store<i32>(own, d, 12);
  }
  for (; i < n; i++) {
    const x = X + <usize> i * row;
    const own = at + (<usize> i << 2);
    let a = load<i32>(own);
    for (let s = 0; s < steps; s++) {
      const e = next(nodes, x, a);
      if (e == a) break;
      a = e;
    }
    store<i32>(own, a);
  }
}

@inline
function next(nodes: usize, x: usize, at: i32): i32 {
  const node = nodes + (<usize> at << 4);
  const feature = load<i32>(node, 8);
  const v = load<f32>(x + (<usize> (feature & 0x7fffffff) << 2));
  const isLeft = i32(v <= load<f32>(node, 12)) | (i32(v != v) & i32(feature < 0));
  return select(load<i32>(node), load<i32>(node, 4), isLeft);
}

/** Adds the values of the node where each sample stands. */
export function add_values(at: usize, nodeValues: usize, n: i32, stride: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    let from = nodeValues + (<usize> (load<i32>(at + (<usize> i << 2)) * stride) << 3);
    let to = out + (<usize> (i * stride) << 3);
    for (let c = 0; c < stride; c++) {
      store<f64>(to, load<f64>(to) + load<f64>(from));
      from += 8;
      to += 8;
    }
  }
}
