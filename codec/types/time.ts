/**
 * `timestamp`, `date` and `time`: strings of RFC 3339, whose years go on beyond 0000–9999 with a
 * sign and at least six digits.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { startOrNull } from "../buckets/bucket.ts";
import { type BucketFormFactory, isWithinDay } from "../buckets/bucket_form.ts";
import { COLON, DIGIT_ZERO, LETTER_T, LETTER_Z, POINT, QUOTE } from "../json/characters.ts";
import { type JsonWriter, writeTwoDigits } from "../json/json_writer.ts";
import { DATE_PATTERN, dateText, parseDate, writeDateText } from "../parts/civil.ts";
import {
  fixed,
  instants,
  type Issue,
  type PrimitiveFormat,
  refuse,
  type Schema,
  writePlainString,
} from "../parts/format.ts";
import { byBytes, bySign } from "../parts/sort_key.ts";

const CLOCK = "([01]\\d|2[0-3]):([0-5]\\d):([0-5]\\d)(?:\\.(\\d+))?";
const TIMESTAMP = new RegExp(
  `^(${DATE_PATTERN})[Tt]${CLOCK}(?:[Zz]|([+-])([01]\\d|2[0-3]):([0-5]\\d))$`,
);
const TIME = new RegExp(`^${CLOCK}$`);

/** The longest timestamp within a JavaScript number, and its quotes. */
const MAX_TIMESTAMP = '"+287396-10-12T08:59:00.991Z"'.length;
/** The longest date, and its quotes. */
const MAX_DATE = '"+5881580-07-11"'.length;

const MS_PER_DAY = 86_400_000;
const NS_PER_SECOND = 1e9;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;
/** `date` counts days in an unsigned integer of 32 bits, in which this is the epoch. */
const EPOCH_DAY = 2 ** 31;

/** The traits that the three types share. */
const TRAITS = {
  category: "string",
  emptyIsValue: false,
  isEqualByBytes: true,
  sortKey: byBytes,
  measure: null,
  stored: null,
  isUnbounded: false,
} as const;

/** What becomes of the digits of a fraction that a type does not hold. */
type Precision = "lossless" | "truncate";

const TIMESTAMP_OUTPUT: Schema = {
  type: "string",
  format: "date-time",
  description: "An instant in UTC, in milliseconds (RFC 3339)",
  example: "2010-01-01T00:00:00.000Z",
};

/**
 * Describes in words what a pattern could say: generated Python clients match the pattern of a `date-time`
 * against their own notation, which has a space in place of the `T`, and would refuse every value.
 */
const TIMESTAMP_INPUT: Schema = {
  ...TIMESTAMP_OUTPUT,
  description:
    "An instant with an offset, in milliseconds at the finest (RFC 3339): digits of the second after the third have to be zeros",
};

const TRUNCATED_TIMESTAMP: Schema = {
  ...TIMESTAMP_OUTPUT,
  description:
    "An instant with an offset (RFC 3339); cut down to whole milliseconds, towards the past",
};

/** Values are milliseconds since the epoch. */
export const timestamp: PrimitiveFormat<bigint> = {
  ...TRAITS,
  cql: "timestamp",
  // Cassandra 1.2 knew it by another class.
  wire: { ids: [0x000b], classes: ["TimestampType", "DateType"] },
  output: TIMESTAMP_OUTPUT,
  input: TIMESTAMP_INPUT,
  text: TIMESTAMP_INPUT,
  read: readTimestamp("lossless"),
  readText: readTimestamp("lossless"),
  truncated: {
    input: TRUNCATED_TIMESTAMP,
    text: TRUNCATED_TIMESTAMP,
    read: readTimestamp("truncate"),
    readText: readTimestamp("truncate"),
  },
  encodings: null,
  ...fixed(8, (value, into, at) => into.writeBigInt64BE(value, at)),
  sortKey: bySign,
  decode(bytes, start) {
    // Beyond 2^53 the sum is rounded, though never to less than that.
    const ms = bytes.readInt32BE(start) * 2 ** 32 + bytes.readUInt32BE(start + 4);
    if (!Number.isSafeInteger(ms)) return farTimestampText(bytes.readBigInt64BE(start));
    const days = Math.floor(ms / MS_PER_DAY);
    return timestampText(days, ms - days * MS_PER_DAY);
  },
  writeJson(bytes, start, _, out) {
    const ms = bytes.readInt32BE(start) * 2 ** 32 + bytes.readUInt32BE(start + 4);
    if (!Number.isSafeInteger(ms)) {
      return out.plainString(farTimestampText(bytes.readBigInt64BE(start)));
    }
    const days = Math.floor(ms / MS_PER_DAY);
    const msOfDay = ms - days * MS_PER_DAY;
    out.reserve(MAX_TIMESTAMP);
    out.character(QUOTE);
    writeDateText(days, out);
    out.character(LETTER_T);
    writeTimeOfDay(msOfDay, out);
    out.character(LETTER_Z);
    out.character(QUOTE);
  },
  isTag: true,
  instantOf: instants((bytes) => Number(bytes.readBigInt64BE())),
  bucketBy: ({ by }) => ({
    manner: "its start",
    write: (start) => new Date(start).toISOString(),
    read: (value) => startOrNull(Number(value as bigint), by),
  }),
};

const DATE: Schema = {
  type: "string",
  format: "date",
  description: "A date (RFC 3339)",
  example: "2010-01-01",
};

/** Values are days since the epoch. */
export const date: PrimitiveFormat<number> = {
  ...TRAITS,
  cql: "date",
  wire: { ids: [0x0011], classes: ["SimpleDateType"] },
  output: DATE,
  input: DATE,
  text: DATE,
  read: readDate,
  readText: readDate,
  truncated: null,
  encodings: null,
  fixed: null,
  encode(value) {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeUInt32BE(value + EPOCH_DAY);
    return bytes;
  },
  decode: (bytes, start) => dateText(bytes.readUInt32BE(start) - EPOCH_DAY),
  writeJson(bytes, start, _, out) {
    out.reserve(MAX_DATE);
    out.character(QUOTE);
    writeDateText(bytes.readUInt32BE(start) - EPOCH_DAY, out);
    out.character(QUOTE);
  },
  isTag: false,
  instantOf: instants((bytes) => (bytes.readUInt32BE() - EPOCH_DAY) * MS_PER_DAY),
  bucketBy: firstDays,
};

const TIME_OUTPUT: Schema = {
  type: "string",
  format: "time-local",
  pattern: "^\\d{2}:\\d{2}:\\d{2}\\.\\d{9}$",
  description: "A time of day, in nanoseconds",
  example: "13:30:54.234000000",
};

const TIME_INPUT: Schema = {
  ...TIME_OUTPUT,
  pattern: "^\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9}0*)?$",
  description:
    "A time of day, in nanoseconds at the finest: digits of the second after the ninth have to be zeros",
};

const TRUNCATED_TIME: Schema = {
  ...TIME_OUTPUT,
  pattern: "^\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?$",
  description: "A time of day; cut down to whole nanoseconds",
};

/** Values are nanoseconds since midnight, which are less than 2^53. */
export const time: PrimitiveFormat<number> = {
  ...TRAITS,
  cql: "time",
  wire: { ids: [0x0012], classes: ["TimeType"] },
  output: TIME_OUTPUT,
  input: TIME_INPUT,
  text: TIME_INPUT,
  read: readTime("lossless"),
  readText: readTime("lossless"),
  truncated: {
    input: TRUNCATED_TIME,
    text: TRUNCATED_TIME,
    read: readTime("truncate"),
    readText: readTime("truncate"),
  },
  encodings: null,
  fixed: null,
  encode(value) {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeUInt32BE(Math.floor(value / 2 ** 32));
    bytes.writeUInt32BE(value % 2 ** 32, 4);
    return bytes;
  },
  decode: storedTime,
  writeJson: writePlainString(storedTime),
  isTag: false,
  instantOf: null,
  bucketBy: null,
};

function storedTime(bytes: Buffer, start: number): string {
  const ns = bytes.readUInt32BE(start) * 2 ** 32 + bytes.readUInt32BE(start + 4);
  const seconds = Math.floor(ns / NS_PER_SECOND);
  return `${clockText(seconds)}.${String(ns % NS_PER_SECOND).padStart(9, "0")}`;
}

/** A bucket by its first day. */
function firstDays({ by }: Parameters<BucketFormFactory>[0]): ReturnType<BucketFormFactory> {
  if (isWithinDay(by)) return null;
  return {
    manner: by === "day" ? null : "its first day",
    write: (start) => new Date(start).toISOString().slice(0, 10),
    read: (value) => startOrNull((value as number) * MS_PER_DAY, by),
  };
}

function readTimestamp(precision: Precision) {
  return (json: unknown, issues: Issue[]): bigint | undefined => {
    const match = typeof json === "string" ? TIMESTAMP.exec(json) : null;
    const days = match ? parseDate(match[1] ?? "") : undefined;
    if (!match || days === undefined) {
      return refuse(
        issues,
        'Expected an RFC 3339 date-time with an offset, such as "2010-01-01T00:00:00Z"',
      );
    }
    const [, , hour, minute, second, fraction, sign, offsetHour, offsetMinute] = match;
    const millisecond = readFraction(fraction, { digits: 3, precision });
    if (millisecond === undefined) {
      return refuse(issues, "Expected no more than milliseconds, which is what a timestamp holds");
    }
    const offset = sign === undefined ? 0 : minutes(offsetHour, offsetMinute);
    const local = minutes(hour, minute) - (sign === "-" ? -offset : offset);
    const ofDay = (local * 60 + Number(second)) * 1000 + millisecond;
    const value = BigInt(days) * BigInt(MS_PER_DAY) + BigInt(ofDay);
    return value >= MIN_INT64 && value <= MAX_INT64
      ? value
      : refuse(issues, "Expected a date-time within 64 bits of milliseconds");
  };
}

function readDate(json: unknown, issues: Issue[]): number | undefined {
  const days = typeof json === "string" ? parseDate(json) : undefined;
  if (days === undefined) return refuse(issues, 'Expected a date, such as "2010-01-01"');
  return days >= -EPOCH_DAY && days < EPOCH_DAY
    ? days
    : refuse(issues, "Expected a date from -5877641-06-23 to +5881580-07-11");
}

function readTime(precision: Precision) {
  return (json: unknown, issues: Issue[]): number | undefined => {
    const match = typeof json === "string" ? TIME.exec(json) : null;
    if (!match) return refuse(issues, 'Expected a time of day, such as "13:30:54.234"');
    const [, hour, minute, second, fraction] = match;
    const nanosecond = readFraction(fraction, { digits: 9, precision });
    if (nanosecond === undefined) {
      return refuse(issues, "Expected no more than nanoseconds, which is what a time holds");
    }
    return (minutes(hour, minute) * 60 + Number(second)) * NS_PER_SECOND + nanosecond;
  };
}

/**
 * The first digits of a second's fraction as a number; undefined if another digit would be lost. A
 * fraction counts forwards on both sides of 1970, so cutting it leads towards the past on both.
 */
function readFraction(
  fraction = "",
  { digits, precision }: { readonly digits: number; readonly precision: Precision },
): number | undefined {
  if (precision === "lossless" && /[^0]/.test(fraction.slice(digits))) return undefined;
  return Number(fraction.slice(0, digits).padEnd(digits, "0"));
}

function farTimestampText(ms: bigint): string {
  const day = BigInt(MS_PER_DAY);
  const ofDay = (ms % day + day) % day;
  return timestampText(Number((ms - ofDay) / day), Number(ofDay));
}

function timestampText(days: number, msOfDay: number): string {
  const ms = String(msOfDay % 1000).padStart(3, "0");
  return `${dateText(days)}T${clockText(Math.floor(msOfDay / 1000))}.${ms}Z`;
}

function clockText(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${
    two(seconds % 60)
  }`;
}

/** Writes a time of day in milliseconds; there has to be room for it. */
function writeTimeOfDay(msOfDay: number, out: JsonWriter): void {
  const { bytes, at } = out;
  const ms = msOfDay | 0;
  const seconds = (ms / 1000) | 0;
  const minutes = (seconds / 60) | 0;
  const hours = (minutes / 60) | 0;
  writeTwoDigits(bytes, at, hours);
  bytes[at + 2] = COLON;
  writeTwoDigits(bytes, at + 3, minutes - hours * 60);
  bytes[at + 5] = COLON;
  writeTwoDigits(bytes, at + 6, seconds - minutes * 60);
  bytes[at + 8] = POINT;
  const fraction = ms - seconds * 1000;
  const tenths = (fraction / 10) | 0;
  writeTwoDigits(bytes, at + 9, tenths);
  bytes[at + 11] = DIGIT_ZERO + fraction - tenths * 10;
  out.at = at + 12;
}

function minutes(hour: string | undefined, minute: string | undefined): number {
  return Number(hour) * 60 + Number(minute);
}
