import { InvalidInputError } from "../../utils/mod.ts";
import type { BlockPartial } from "./lloyd_blocks.ts";

/** The parts of two blocks together. */
export function combinePartials(a: BlockPartial, b: BlockPartial): BlockPartial {
  return {
    sums: a.sums.map((v, i) => v + b.sums[i]),
    squares: a.squares.map((v, i) => v + b.squares[i]),
    mass: a.mass.map((v, i) => v + b.mass[i]),
    changed: a.changed + b.changed,
    gaps: a.gaps.map((v, i) => Math.min(v, b.gaps[i])),
    bad: Math.max(a.bad, b.bad),
  };
}

/** Throws for the first row that holds no finite number. */
export function refuseBad(
  partials: readonly { readonly bad: number }[],
  which: readonly number[],
  offsets: readonly number[],
): void {
  for (const [e, { bad }] of partials.entries()) {
    if (bad < 0) continue;
    const b = which[e];
    throw new InvalidInputError(
      `KMeans.fit: X holds NaN or infinities, first in row ${
        offsets[b] + bad
      } (block ${b}, row ${bad} of it); fill or drop such values first`,
    );
  }
}
