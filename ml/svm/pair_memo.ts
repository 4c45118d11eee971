/** Where a pair of classes stood on its way to the optimum. */
export interface PairState {
  /** Upper bound of α of either class. */
  readonly bounds: readonly [plus: number, minus: number];
  /** Violation that was left. */
  readonly tol: number;
  /** The largest α of either class on the way. */
  readonly most: readonly [plus: number, minus: number];
  /** How many moves led there. */
  readonly moves: number;
  /** The threshold. */
  readonly rho: number;
  /** y·α. */
  readonly beta: Float64Array;
  /** The gradient, with signs. */
  readonly F: Float64Array;
}

/**
 * Solutions of one pair. The way to an optimum is the same for all tolerances, and for all bounds that it never touches: it need
 * not be gone twice.
 */
export class PairMemo {
  readonly #states: PairState[] = [];

  /** The furthest state on the way to what is wanted; is there when its tolerance is the wanted one. */
  find(bounds: readonly [number, number], tol: number): PairState | undefined {
    let best: PairState | undefined;
    for (const state of this.#states) {
      if (state.tol < tol || (best !== undefined && state.tol >= best.tol)) continue;
      if (leadsTo(state, bounds)) best = state;
    }
    return best;
  }

  add(state: PairState): void {
    this.#states.push(state);
  }
}

function leadsTo({ bounds: [p, m], most: [a, b] }: PairState, [plus, minus]: readonly [number, number]): boolean {
  return (p === plus && m === minus) || (a < Math.min(p, plus) && b < Math.min(m, minus));
}
