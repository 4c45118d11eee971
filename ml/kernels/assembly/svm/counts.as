// What the last `solve` did.

/** Moves, rows added, and outer steps of the last `solve`. */
export let MOVES: i32 = 0;
export let ADDED: i32 = 0;
let STEPS: i32 = 0;
export function moves(): i32 {
  return MOVES;
}
export function added(): i32 {
  return ADDED;
}
export function steps(): i32 {
  return STEPS;
}

export function clearCounts(): void {
  MOVES = 0;
  ADDED = 0;
  STEPS = 0;
}

// @ts-ignore: decorator
@inline
export function countMoves(n: i32): void {
  MOVES += n;
}

// @ts-ignore: decorator
@inline
export function countAdded(n: i32): void {
  ADDED += n;
}

// @ts-ignore: decorator
@inline
export function countStep(): void {
  STEPS++;
}
