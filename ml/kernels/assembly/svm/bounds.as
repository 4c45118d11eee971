// Where β may grow and shrink: 0 where it may, else −∞, so that a sum leaves those out that may not.

// @ts-ignore: decorator
@inline
export function mark(k: i32, beta: usize, lo: usize, hi: usize, up: usize, down: usize): void {
  const o = <usize> k << 3;
  const b = load<f64>(beta + o);
  store<f64>(up + o, b < load<f64>(hi + o) ? 0 : -Infinity);
  store<f64>(down + o, b > load<f64>(lo + o) ? 0 : -Infinity);
}

// @ts-ignore: decorator
@inline
export function mark32(k: i32, beta: usize, lo: usize, hi: usize, up: usize, down: usize): void {
  const o = <usize> k << 3;
  const b = load<f64>(beta + o);
  store<f32>(up + (o >> 1), b < load<f64>(hi + o) ? 0 : -Infinity);
  store<f32>(down + (o >> 1), b > load<f64>(lo + o) ? 0 : -Infinity);
}
