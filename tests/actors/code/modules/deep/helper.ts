// Line 4 below throws.
export function fail(x: number): never {
  const reason: string = `no ${x}`;
  throw new RangeError(reason);
}
