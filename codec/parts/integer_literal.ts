/**
 * Integers as JSON numbers write them: `12`, `12.0`, `1.2e1`, `120e-1`. A short exponent can stand for any
 * number of zeros, so it is limited: the cost of an integer is in proportion to its text.
 *
 * @module
 */
import { MAX_DIGITS } from "./decimal.ts";

/** The zeros that an exponent may stand for: with them, `1e100` has 42 bytes. */
export const MAX_ZEROS = 100;

const LITERAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,10}))?$/;
/** The digits, a sign, a point and an exponent. */
const MAX_LENGTH = MAX_DIGITS + 16;

/** The integer that a literal says; undefined if it has a fraction, or too many digits or zeros. */
export function parseIntegerLiteral(text: string): bigint | undefined {
  const match = text.length > MAX_LENGTH ? null : LITERAL.exec(text);
  if (!match) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  const digits = whole + fraction;
  if (digits.length > MAX_DIGITS) return undefined;
  const magnitude = magnitudeOf(digits, fraction.length - Number(exponent));
  return magnitude !== undefined && sign === "-" ? -magnitude : magnitude;
}

/** The value of the digits, if the last `scale` of them are after the decimal point. */
function magnitudeOf(digits: string, scale: number): bigint | undefined {
  if (isZeros(digits)) return 0n;
  if (scale <= 0) return -scale > MAX_ZEROS ? undefined : BigInt(digits + "0".repeat(-scale));
  const end = digits.length - scale;
  return end > 0 && isZeros(digits.slice(end)) ? BigInt(digits.slice(0, end)) : undefined;
}

function isZeros(digits: string): boolean {
  return /^0*$/.test(digits);
}
