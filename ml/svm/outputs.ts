import { type Labels, NDArray } from "../array/mod.ts";
import { decodeLabels } from "../utils/mod.ts";
import { oneVsRest, vote } from "./decision.ts";

/** Decision values as they are shown, from those of all pairs. */
export function shownDecisions(decisions: Float64Array, classes: Labels, shape: "ovr" | "ovo"): NDArray<Float64Array> {
  const k = classes.size;
  if (k === 2) return new NDArray(decisions.map((v) => -v));
  if (shape === "ovo") return new NDArray(decisions).reshape(-1, k * (k - 1) / 2);
  return new NDArray(oneVsRest(decisions, k)).reshape(-1, k);
}

/** Predicted classes from the decision values of all pairs. */
export function predictedClasses(decisions: Float64Array, classes: Labels, breakTies: boolean): Labels {
  const k = classes.size;
  if (breakTies && k > 2) return decodeLabels(classes, shownDecisions(decisions, classes, "ovr").argmax(1).data);
  return decodeLabels(classes, vote(decisions, k));
}
