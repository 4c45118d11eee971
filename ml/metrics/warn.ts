const said = new Set<string>();

/** Says something to be careful about, the first time only: searches score thousands of times. */
export function warnOnce(message: string): void {
  if (said.has(message)) return;
  said.add(message);
  console.warn(message);
}
