/**
 * Arbitrary-precision decimals as the pair that Cassandra stores: an unscaled integer and a scale,
 * worth `unscaled × 10^-scale`. The text form follows Java's `BigDecimal`, which keeps both.
 *
 * @module
 */

export interface Decimal {
  readonly unscaled: bigint;
  /** A 32-bit signed integer. */
  readonly scale: number;
}

/** The digits that a number may be written with: parsing them takes more than linear time. */
export const MAX_DIGITS = 10_000;

/**
 * How far from zero the scale of a written value may be: `1e5000000` is nine bytes, and adding one to it gives
 * five million digits. Values that are already stored may have any scale.
 */
export const MAX_SCALE = 10_000;

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,10}))?$/;
/** The digits, a sign, a point and an exponent. */
const MAX_LENGTH = MAX_DIGITS + 16;

/** Reads a decimal literal; undefined if it is malformed or out of bounds. */
export function parseDecimal(text: string): Decimal | undefined {
  return text.length > MAX_LENGTH
    ? undefined
    : parse(text, { maxDigits: MAX_DIGITS, minScale: -MAX_SCALE, maxScale: MAX_SCALE });
}

/** The same of any size that Cassandra can store. */
export function parseStoredDecimal(text: string): Decimal | undefined {
  return parse(text, { maxDigits: Infinity, minScale: -(2 ** 31), maxScale: 2 ** 31 - 1 });
}

function parse(
  text: string,
  { maxDigits, minScale, maxScale }: { maxDigits: number; minScale: number; maxScale: number },
): Decimal | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  if (whole.length + fraction.length > maxDigits) return undefined;
  const scale = fraction.length - Number(exponent);
  if (scale < minScale || scale > maxScale) return undefined;
  const magnitude = BigInt(whole + fraction);
  return { unscaled: sign === "-" ? -magnitude : magnitude, scale };
}

/** Below zero where the first is less, above where it is more; exact, whatever their scales. */
export function compareDecimals(one: Decimal, other: Decimal): number {
  const sign = signOf(one.unscaled);
  if (sign !== signOf(other.unscaled)) return sign - signOf(other.unscaled);
  if (sign === 0) return 0;
  const [ours, theirs] = [one, other].map(({ unscaled }) =>
    String(unscaled < 0n ? -unscaled : unscaled)
  );
  // The power of ten that the first digit stands for decides before any digit does: no zeros are made
  // that an exponent stands for.
  const magnitude = (ours!.length - one.scale) - (theirs!.length - other.scale);
  if (magnitude !== 0) return sign * magnitude;
  const length = Math.max(ours!.length, theirs!.length);
  const [left, right] = [ours!.padEnd(length, "0"), theirs!.padEnd(length, "0")];
  return left === right ? 0 : left < right ? -sign : sign;
}

function signOf(value: bigint): -1 | 0 | 1 {
  return value === 0n ? 0 : value < 0n ? -1 : 1;
}

/** The same text for decimals that are worth the same, as 1.5 and 1.500 are. */
export function worthOf({ unscaled, scale }: Decimal): string {
  if (unscaled === 0n) return "0";
  const digits = String(unscaled);
  let end = digits.length;
  while (digits[end - 1] === "0") end--;
  return `${digits.slice(0, end)}e${digits.length - end - scale}`;
}

/**
 * The canonical text of `BigDecimal.toString()`, which never has more than six digits in addition to the
 * unscaled integer's. `parseStoredDecimal()` gives the same pair back.
 */
export function decimalText({ unscaled, scale }: Decimal): string {
  if (scale === 0) return unscaled.toString();
  const sign = unscaled < 0n ? "-" : "";
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString();
  const exponent = digits.length - 1 - scale;
  if (scale > 0 && exponent >= -6) {
    const padded = digits.padStart(scale + 1, "0");
    return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
  }
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
  const power = exponent === 0 ? "" : `E${exponent > 0 ? "+" : ""}${exponent}`;
  return `${sign}${digits[0]}${fraction}${power}`;
}
