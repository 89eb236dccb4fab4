/**
 * Times that people read: in log lines, and in answers to operators.
 *
 * @module
 */

/** Beyond a fortnight, integers take the way of fractions, too. */
const MAX_HUNDREDTHS = 2 ** 30;

/** Milliseconds with two decimals: more of a clock is noise. */
export function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}

/** `round()` as JSON writes it: the runtime's own way from a fraction to its digits takes several times as long. */
export function roundedText(ms: number): string {
  const text = twoDecimals(ms);
  if (!text.endsWith("0")) return text;
  return text.endsWith(".00") ? text.slice(0, -3) : text.slice(0, -1);
}

/** Milliseconds with both decimals, such as `0.50`. */
export function twoDecimals(ms: number): string {
  const hundredths = Math.round(ms * 100);
  if (!(hundredths >= 0 && hundredths <= MAX_HUNDREDTHS)) return ms.toFixed(2);
  const whole = Math.trunc(hundredths / 100);
  const rest = hundredths - whole * 100;
  return rest < 10 ? `${whole}.0${rest}` : `${whole}.${rest}`;
}
