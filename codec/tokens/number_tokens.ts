/**
 * Numbers without an exponent. A double holds up to fifteen digits exactly, and small powers of ten as well, so
 * that the quotient of the two is the nearest double (Clinger, "How to read floating point numbers
 * accurately", 1990). Fractions with more digits are read by `Number()`.
 *
 * @module
 */
import type { RowPacker } from "../packed/packed_rows.ts";
import type { Token, TokenWriter } from "./token.ts";

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const MAX_DIGITS = 15;
/** With a sign, `0.`, and the seventeen digits that tell a double from all others, after some zeros. */
const MAX_LENGTH = 24;
const POWERS: readonly number[] = Array.from({ length: MAX_DIGITS }, (_, power) => 10 ** power);
/** Every integer up to here is a float. */
const EXACT_FLOAT = 2 ** 24;
const TWO_POW_32 = 2 ** 32;
/** Two halves of nine digits are two exact numbers. */
const HALF = 9;

export function writeDouble(token: Token, row: RowPacker): boolean {
  const value = readNumber(token);
  if (Number.isNaN(value)) return false;
  const at = row.place(8);
  row.view.setFloat64(at, value);
  return true;
}

/** Not for an integer that a float may round: the codec decides about that. */
export function writeFloat(token: Token, row: RowPacker): boolean {
  const value = readNumber(token);
  if (Number.isNaN(value)) return false;
  if (Number.isInteger(value) && Math.abs(value) > EXACT_FLOAT) return false;
  const at = row.place(4);
  row.view.setFloat32(at, value);
  return true;
}

/** For integers of this many bytes. */
export function integerWriter(size: 1 | 2 | 4): TokenWriter {
  const max = 2 ** (size * 8 - 1) - 1;
  return (token, row) => {
    const value = readInteger(token);
    if (!(value >= -max - 1 && value <= max)) return false;
    const at = row.place(size);
    if (size === 4) row.view.setInt32(at, value);
    else if (size === 2) row.view.setInt16(at, value);
    else row.view.setInt8(at, value);
    return true;
  };
}

/** For a JSON number: up to fifteen digits. */
export function writeNumberAsBigint(token: Token, row: RowPacker): boolean {
  const value = readInteger(token);
  return !Number.isNaN(value) && writeInt64(value, row);
}

/** For text: up to eighteen digits. */
export function writeBigint(token: Token, row: RowPacker): boolean {
  const isNegative = token.bytes[token.at] === MINUS;
  if (isNegative) token.at++;
  const length = token.end - token.at;
  if (length < 1 || length > 2 * HALF) return false;
  const high = length > HALF ? token.digits(length - HALF) : 0;
  const low = token.digits(Math.min(length, HALF));
  if (high < 0 || low < 0) return false;
  if (length <= MAX_DIGITS) {
    const value = high * 1e9 + low;
    return writeInt64(isNegative ? 0 - value : value, row);
  }
  const value = BigInt(high) * 1_000_000_000n + BigInt(low);
  const at = row.place(8);
  row.view.setBigInt64(at, isNegative ? -value : value);
  return true;
}

/** Writes an exact integer as 64 bits. */
export function writeInt64(value: number, row: RowPacker): true {
  const at = row.place(8);
  const high = Math.floor(value / TWO_POW_32);
  row.view.setInt32(at, high);
  row.view.setUint32(at + 4, value - high * TWO_POW_32);
  return true;
}

/** NaN unless the number is plain. Minus zero is not plain: only some types have it. */
function readInteger(token: Token): number {
  const value = readNumber(token);
  const isPlain = token.at === token.end && !Object.is(value, -0);
  return isPlain ? value : NaN;
}

/** After an integer, `token.at` is its end; NaN unless the number is plain. */
function readNumber(token: Token): number {
  const { bytes, start, end } = token;
  if (end - start > MAX_LENGTH) return NaN;
  const first = bytes[start] === MINUS ? start + 1 : start;
  let at = first;
  let digits = 0;
  for (; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (!(digit >= 0 && digit <= 9)) break;
    digits = digits * 10 + digit;
  }
  const whole = at - first;
  token.at = at;
  // No JSON number begins with a point, or with a zero before other digits.
  if (whole === 0 || whole > 1 && bytes[first] === ZERO) return NaN;
  let decimals = 0;
  if (at < end) {
    if (bytes[at] !== POINT) return NaN;
    for (at++; at < end; at++) {
      const digit = bytes[at]! - ZERO;
      if (!(digit >= 0 && digit <= 9)) return NaN;
      digits = digits * 10 + digit;
      decimals++;
    }
    if (decimals === 0) return NaN;
  }
  if (whole + decimals > MAX_DIGITS) {
    // An integer must not be rounded.
    return decimals === 0 ? NaN : Number(String.fromCharCode(...bytes.subarray(start, end)));
  }
  const magnitude = decimals === 0 ? digits : digits / POWERS[decimals]!;
  return first === start ? magnitude : -magnitude;
}
