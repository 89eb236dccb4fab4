/**
 * `timestamp` and `date` in the years 0000 to 9999, without quotes: `2010-01-01T00:00:00.000Z`, with milliseconds
 * or without, and `2010-01-01`.
 *
 * @module
 */
import type { RowPacker } from "../packed/packed_rows.ts";
import { daysOf } from "../parts/civil.ts";
import { writeInt64 } from "./number_tokens.ts";
import type { Token } from "./token.ts";

const HYPHEN = 0x2d;
const COLON = 0x3a;
const POINT = 0x2e;
const T = 0x54;
const Z = 0x5a;

const DATE_LENGTH = 10;
const SECONDS_LENGTH = 20;
const MILLISECONDS_LENGTH = 24;

const MS_PER_DAY = 86_400_000;
/** The epoch, as `date` counts days. */
const EPOCH_DAY = 2 ** 31;

export function writeTimestamp(token: Token, row: RowPacker): boolean {
  const hasFraction = token.length === MILLISECONDS_LENGTH;
  if (!hasFraction && token.length !== SECONDS_LENGTH) return false;
  const days = readDate(token);
  if (Number.isNaN(days) || token.next() !== T) return false;
  const hour = token.digits(2);
  if (token.next() !== COLON) return false;
  const minute = token.digits(2);
  if (token.next() !== COLON) return false;
  const second = token.digits(2);
  if (hasFraction && token.next() !== POINT) return false;
  const millisecond = hasFraction ? token.digits(3) : 0;
  if (token.next() !== Z) return false;
  if (hour < 0 || minute < 0 || second < 0 || millisecond < 0) return false;
  if (hour > 23 || minute > 59 || second > 59) return false;
  const ofDay = ((hour * 60 + minute) * 60 + second) * 1000 + millisecond;
  return writeInt64(days * MS_PER_DAY + ofDay, row);
}

export function writeDate(token: Token, row: RowPacker): boolean {
  if (token.length !== DATE_LENGTH) return false;
  const days = readDate(token);
  if (Number.isNaN(days)) return false;
  const at = row.place(4);
  row.view.setUint32(at, days + EPOCH_DAY);
  return true;
}

/** The days since 1970 of the date that comes next; NaN for anything else. */
function readDate(token: Token): number {
  const year = token.digits(4);
  if (token.next() !== HYPHEN) return NaN;
  const month = token.digits(2);
  if (token.next() !== HYPHEN) return NaN;
  const day = token.digits(2);
  return year < 0 ? NaN : daysOf(year, month, day) ?? NaN;
}
