// Bounds in float32, widened by what rounding can do to them.

/** Half a unit in the last place of a float32, with room to spare. */
// @ts-ignore: decorator
@inline
export const ROUNDING: f32 = 6.1e-8;
/** What a float32 bound is widened by with each operation. */
// @ts-ignore: decorator
@inline
export const WIDER: f32 = 1.0000004;
// @ts-ignore: decorator
@inline
export const NARROWER: f32 = 0.9999996;
/** What a sum of movements is taken times when a margin is added to it: more than these roundings, and that of `moved`, come to. */
// @ts-ignore: decorator
@inline
export const LESS: f32 = 0.999997;
