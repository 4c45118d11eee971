import { escapeHTML, NDArray } from "../array/mod.ts";
import type { BaseEstimator, EstimatorClass, Params } from "./estimator.ts";

function formatValue(value: unknown, indent: string): string {
  if (value instanceof NDArray) return `NDArray ${value.dtype} [${value.shape.join(", ")}]`;
  if (typeof value === "function") return value.name === "" ? "function" : value.name;
  if (typeof value === "object" && value !== null && "getParams" in value) return formatEstimator(value, indent);
  if (Array.isArray(value)) {
    const text = `[${value.slice(0, 20).map((v) => formatValue(v, indent)).join(", ")}`;
    return `${text}${value.length > 20 ? ", …" : ""}]`;
  }
  if (value instanceof Map) return formatValue(Object.fromEntries(value), indent);
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    const parts = Object.entries(value).map(([k, v]) => `${k}: ${formatValue(v, indent)}`);
    return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
  }
  if (typeof value === "object" && value !== null) return value.constructor?.name ?? "object";
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** True when a hyperparameter stands at its default. */
function atDefault(value: unknown, standard: unknown): boolean {
  return Object.is(value, standard) || JSON.stringify(value) === JSON.stringify(standard);
}

/** `SVC({ C: 10, kernel: "linear" })`: the class and what is not at its default. */
export function formatEstimator(estimator: object, indent = ""): string {
  const { name, defaults = {} } = estimator.constructor as unknown as EstimatorClass;
  const inner = `${indent}  `;
  const parts = Object.keys(defaults)
    .map((key) => [key, (estimator as unknown as Params)[key]] as const)
    .filter(([key, value]) => !atDefault(value, defaults[key]))
    .map(([key, value]) => `${key}: ${formatValue(value, inner)}`);
  if (parts.length === 0) return `${name}()`;
  const line = `${name}({ ${parts.join(", ")} })`;
  if (line.length + indent.length <= 80 && !line.includes("\n")) return line;
  return `${name}({\n${parts.map((p) => `${inner}${p},\n`).join("")}${indent}})`;
}

/** A folding box: the class, and a table of all hyperparameters. */
export function estimatorToHTML(estimator: BaseEstimator): string {
  const { name, defaults } = estimator.constructor as unknown as EstimatorClass;
  const rows = Object.entries(estimator.getParams(false)).map(([key, value]) => {
    const text = escapeHTML(formatValue(value, ""));
    const strong = atDefault(value, defaults[key]) ? text : `<b>${text}</b>`;
    return `<tr><td>${escapeHTML(key)}</td><td>${strong}</td></tr>`;
  });
  return `<details><summary><code>${escapeHTML(name)}</code></summary><table>${rows.join("")}</table></details>`;
}
