/** A number with so many digits after the point; of two that are equally near the even one, as Python rounds. */
export function fixed(v: number, digits: number): string {
  if (!Number.isFinite(v)) return Number.isNaN(v) ? "nan" : v > 0 ? "inf" : "-inf";
  const text = Object.is(v, -0) ? `-${v.toFixed(digits)}` : v.toFixed(digits);
  // toFixed(100) is exact: a tie is a five and zeros after it.
  const exact = Math.abs(v) < 1 ? v.toFixed(100) : v.toFixed(60);
  const point = exact.indexOf(".");
  if (point < 0) return text;
  const cut = point + digits + (digits === 0 ? 0 : 1);
  const isTie = /^\.?50*$/.test(exact.slice(cut));
  const before = Number(exact[cut - 1]);
  return isTie && before % 2 === 0 ? exact.slice(0, cut) : text;
}
