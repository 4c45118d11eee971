/** Functions to be sent, on lines that the test knows. */

interface Point {
  readonly x: number;
}

// A comment that goes away with the types.
export function declared(p: Point, often: number): number {
  const label = `a text
    of several lines: ${p.x}`;

  // Another comment.
  if (label.length > often) {
    throw new RangeError("line 14");
  }
  return p.x;
}

export const arrow = (
  p: Point,
): number => {
  const values: number[] = [p.x];
  return (values as unknown as { none: { x: number } }).none.x; // line 23
};
