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

/** A part of an estimator as the diagram shows it. */
interface Part {
  readonly name: string;
  readonly value: unknown;
  /** What else is said of it: the columns that it gets. */
  readonly note?: string;
}

function isShown(value: unknown): value is BaseEstimator {
  return typeof value === "object" && value !== null && "getParams" in value;
}

/** The estimators that an estimator is made of, and whether they stand one after the other. */
function partsOf(estimator: object): { parts: Part[]; serial: boolean } {
  const { parts: listName } = estimator.constructor as { parts?: string };
  const fields = estimator as Params;
  const list = listName === undefined ? undefined : fields[listName];
  const { defaults = {} } = estimator.constructor as unknown as EstimatorClass;
  const parts: Part[] = Array.isArray(list)
    ? list.filter(Array.isArray).map(([name, value, columns]) => ({
      name: String(name),
      value,
      ...columns === undefined ? {} : { note: formatValue(columns, "") },
    }))
    : [];
  for (const name of Object.keys(defaults)) {
    if (isShown(fields[name])) parts.push({ name, value: fields[name] });
  }
  return { parts, serial: listName === "steps" };
}

const STYLE = ".troupe details{border:1px solid #8888;border-radius:4px;padding:2px 6px;margin:3px;font-size:90%}" +
  ".troupe .side{display:flex;gap:4px;align-items:flex-start}.troupe td{padding:0 8px 0 0;text-align:left}" +
  ".troupe .fitted>summary{font-weight:bold}";

/** The hyperparameters in a table; estimators among them stand below in boxes of their own. */
function paramsTable(estimator: BaseEstimator): string {
  const { defaults = {}, parts } = estimator.constructor as unknown as EstimatorClass & { parts?: string };
  const rows = Object.entries(estimator.getParams(false)).filter(([key, value]) => key !== parts && !isShown(value))
    .map(([key, value]) => {
      const text = escapeHTML(formatValue(value, ""));
      const strong = atDefault(value, defaults[key]) ? text : `<b>${text}</b>`;
      return `<tr><td>${escapeHTML(key)}</td><td>${strong}</td></tr>`;
    });
  return `<table>${rows.join("")}</table>`;
}

function box(part: Part): string {
  const { value, name, note = "" } = part;
  const label = `${name === "" ? "" : `${escapeHTML(name)}: `}`;
  const after = note === "" ? "" : ` <small>${escapeHTML(note)}</small>`;
  if (!isShown(value)) {
    return `<details><summary>${label}<code>${escapeHTML(formatValue(value, ""))}</code>${after}</summary></details>`;
  }
  const { parts, serial } = partsOf(value);
  const inner = parts.map(box).join("");
  const open = parts.length > 0 ? " open" : "";
  const fitted = isFittedForm(value) ? ' class="fitted" title="fitted"' : ' title="not fitted"';
  return `<details${open}${fitted}><summary>${label}<code>${
    escapeHTML(value.constructor.name)
  }</code>${after}</summary>` +
    `${paramsTable(value)}${parts.length === 0 ? "" : `<div${serial ? "" : ' class="side"'}>${inner}</div>`}</details>`;
}

/** Whether anything was learned, here or, where an estimator is made of others, in its last part. */
function isFittedForm(value: object): boolean {
  if (Object.entries(value).some(([key, v]) => key.endsWith("_") && v !== undefined)) return true;
  const { parts } = partsOf(value);
  const last = parts.map((part) => part.value).filter((v) => typeof v === "object" && v !== null).at(-1);
  return last !== undefined && isFittedForm(last as object);
}

/** Folding boxes within each other: classes, hyperparameters, and the estimators that one is made of. */
export function estimatorToHTML(estimator: BaseEstimator): string {
  return `<div class="troupe"><style>${STYLE}</style>${box({ name: "", value: estimator })}</div>`;
}
