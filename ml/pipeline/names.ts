/** Estimators with names made of their classes', in small letters; several of one class are numbered. */
export function nameParts<T>(estimators: readonly T[]): [name: string, estimator: T][] {
  const names = estimators.map((e) =>
    typeof e === "object" && e !== null ? e.constructor.name.toLowerCase() : String(e)
  );
  return estimators.map((e, i) => {
    const same = names.filter((n) => n === names[i]).length;
    const before = names.slice(0, i + 1).filter((n) => n === names[i]).length;
    return [same > 1 ? `${names[i]}-${before}` : names[i], e];
  });
}
