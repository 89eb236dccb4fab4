/**
 * Days and their dates in the proleptic Gregorian calendar, for every year that CQL's `date` and `timestamp`
 * reach; `Date` covers fewer. Years outside 0000–9999 are written as in ECMAScript: a sign and at least six
 * digits.
 *
 * @module
 */
import { HYPHEN } from "../json/characters.ts";
import { type JsonWriter, writeTwoDigits } from "../json/json_writer.ts";

/** Matches what `dateText()` writes and `parseDate()` takes, without its ends. */
export const DATE_PATTERN = "(?:\\d{4}|[+-]\\d{6,9})-\\d{2}-\\d{2}";

const DATE = /^(\d{4}|[+-]\d{6,9})-(\d{2})-(\d{2})$/;
const DAYS_PER_ERA = 146_097;
const DAYS_FROM_ERA_TO_EPOCH = 719_468;

/** Days since 1970-01-01, negative before, or undefined if the text is not a date. */
export function parseDate(text: string): number | undefined {
  const match = DATE.exec(text);
  if (!match || match[1] === "-000000") return undefined;
  return daysOf(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** Days since 1970-01-01, negative before, or undefined if the day does not exist. */
export function daysOf(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return toDays(year, month, day);
}

/** The date that is this many days after 1970-01-01. */
export function dateText(days: number): string {
  const { year, month, day } = toDate(days);
  return `${yearText(year)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** Writes the same; there has to be room for eighteen characters. */
export function writeDateText(days: number, out: JsonWriter): void {
  const { year, month, day } = toDate(days);
  if (year < 0 || year > 9999) return out.ascii(dateText(days));
  const { bytes, at } = out;
  writeTwoDigits(bytes, at, (year / 100) | 0);
  writeTwoDigits(bytes, at + 2, year % 100);
  bytes[at + 4] = HYPHEN;
  writeTwoDigits(bytes, at + 5, month);
  bytes[at + 7] = HYPHEN;
  writeTwoDigits(bytes, at + 8, day);
  out.at = at + 10;
}

interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

function toDate(days: number): CivilDate {
  // Howard Hinnant, "chrono-compatible low-level date algorithms": years begin on the first of
  // March, so that the leap day is a year's last; an era is the 400 years that leap days repeat in.
  const shifted = days + DAYS_FROM_ERA_TO_EPOCH;
  const era = Math.floor(shifted / DAYS_PER_ERA);
  // Whole numbers of 32 bits from here on, whose division by a constant is a multiplication.
  const dayOfEra = (shifted - era * DAYS_PER_ERA) | 0;
  const yearOfEra = ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36_524) | 0) -
    ((dayOfEra / 146_096) | 0)) / 365) | 0;
  const dayOfYear = dayOfEra -
    (365 * yearOfEra + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0));
  const shiftedMonth = ((5 * dayOfYear + 2) / 153) | 0;
  const day = dayOfYear - (((153 * shiftedMonth + 2) / 5) | 0) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
  return { year, month, day };
}

function toDays(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const shiftedMonth = month > 2 ? month - 3 : month + 9;
  const dayOfYear = Math.floor((153 * shiftedMonth + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) +
    dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - DAYS_FROM_ERA_TO_EPOCH;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function yearText(year: number): string {
  if (year >= 0 && year <= 9999) return pad(year, 4);
  return `${year < 0 ? "-" : "+"}${pad(Math.abs(year), 6)}`;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, "0");
}
