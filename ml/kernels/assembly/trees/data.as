// The data that trees are grown on, the limits, and the room for the nodes' rows.

/** What is learned: numbers by squared error, two classes by Gini, more classes by Gini. */
export const NUMBERS: i32 = 0;
export const TWO: i32 = 1;

/** Values of a feature closer than this count as equal. */
const FEATURE_THRESHOLD: f32 = <f32> 1e-7;

// The data.
export let ranks: usize = 0;
export let values: usize = 0;
export let offsets: usize = 0;
export let close: usize = 0;
export let nFeatures: i32 = 0;
export let mode: i32 = 0;
export let nClasses: i32 = 0;

// The limits.
export let maxFeatures: i32 = 0;
export let minLeaf: i32 = 0;
export let minWeight: f64 = 0;

// Room: rows of nodes, and the same again for the move to the sides.
export let rows: usize = 0;
export let loads: usize = 0;
export let spareRows: usize = 0;
export let spareLoads: usize = 0;
export let keys: usize = 0;
export let pairs: usize = 0;
export let sparePairs: usize = 0;
export let bins: usize = 0;
export let binSizes: usize = 0;
export let binCounts: usize = 0;
export let flags: usize = 0;
export let counters: usize = 0;
export let features: usize = 0;
export let swaps: usize = 0;
export let sums: usize = 0;
export let leftSums: usize = 0;
export let constants: usize = 0;
/** What drawing leaves for `judgeDrawn`: room for 52 bytes a feature. */
export let drawnCuts: usize = 0;

/** Where the data lies. `about`: pointers and sizes, in the order of the lines below. */
export function set_data(about: usize): void {
  ranks = <usize> load<u32>(about);
  values = <usize> load<u32>(about, 4);
  offsets = <usize> load<u32>(about, 8);
  close = <usize> load<u32>(about, 12);
  nFeatures = load<i32>(about, 16);
  mode = load<i32>(about, 20);
  nClasses = load<i32>(about, 24);
  maxFeatures = load<i32>(about, 28);
  minLeaf = load<i32>(about, 32);
  rows = <usize> load<u32>(about, 36);
  loads = <usize> load<u32>(about, 40);
  spareRows = <usize> load<u32>(about, 44);
  spareLoads = <usize> load<u32>(about, 48);
  keys = <usize> load<u32>(about, 52);
  pairs = <usize> load<u32>(about, 56);
  sparePairs = <usize> load<u32>(about, 60);
  bins = <usize> load<u32>(about, 64);
  binSizes = <usize> load<u32>(about, 68);
  binCounts = <usize> load<u32>(about, 72);
  flags = <usize> load<u32>(about, 76);
  counters = <usize> load<u32>(about, 80);
  features = <usize> load<u32>(about, 84);
  swaps = <usize> load<u32>(about, 88);
  sums = <usize> load<u32>(about, 92);
  leftSums = <usize> load<u32>(about, 96);
  constants = <usize> load<u32>(about, 100);
  drawnCuts = <usize> load<u32>(about, 104);
  for (let j = 0; j < nFeatures; j++) store<i32>(features + (<usize> j << 2), j);
}

@inline
export function setMinWeight(weight: f64): void {
  minWeight = weight;
}

@inline
export function valueOf(feature: i32, rank: i32): f32 {
  return load<f32>(values + ((<usize> load<i32>(offsets + (<usize> feature << 2)) + <usize> rank) << 2));
}

/** Whether two values of a feature count as different. */
@inline
export function isBeyond(feature: i32, high: i32, low: i32): bool {
  return valueOf(feature, high) > valueOf(feature, low) + FEATURE_THRESHOLD;
}

/** A vector of two numbers. */
@inline
export function pairOf(a: f64, b: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(a), 1, b);
}

/** Zeroes `bytes` bytes, of 16 each: for few of them a call out of the module would take longer. */
@inline
export function clear(at: usize, bytes: usize): void {
  if (bytes > 1024) memory.fill(at, 0, bytes);
  else for (let i: usize = 0; i < bytes; i += 16) v128.store(at + i, f64x2.splat(0));
}
