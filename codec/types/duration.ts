/**
 * `duration`: months, days and nanoseconds, which do not convert into each other (a month has no fixed number
 * of days, and a day no fixed number of hours). Written as Cassandra does, read as Cassandra does:
 * `1y2mo3d4h5m6s7ms8us9ns`, `P1Y2M3DT4H5M6S`, `P4W`, `P0001-02-03T04:05:06`.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import {
  type Issue,
  type PrimitiveFormat,
  refuse,
  type Schema,
  writePlainString,
} from "../parts/format.ts";
import { byBytes } from "../parts/sort_key.ts";
import { decodeVint, encodeVint, unzigzag, vintLength, zigzag } from "../parts/vint.ts";

/** All three are of one sign, or zero. Months and days have 32 bits, nanoseconds 64. */
export interface Duration {
  readonly months: bigint;
  readonly days: bigint;
  readonly nanoseconds: bigint;
}

const NANOSECONDS = [
  ["h", 3_600_000_000_000n],
  ["m", 60_000_000_000n],
  ["s", 1_000_000_000n],
  ["ms", 1_000_000n],
  ["us", 1_000n],
  ["ns", 1n],
] as const;

// Each part is optional here; that one at least is there is checked apart. Ignoring case, the micro
// sign (U+00B5) is also the Greek mu (U+03BC).
const CQL =
  /^(?:(?<y>\d+)y)?(?:(?<mo>\d+)mo)?(?:(?<w>\d+)w)?(?:(?<d>\d+)d)?(?:(?<h>\d+)h)?(?:(?<m>\d+)m)?(?:(?<s>\d+)s)?(?:(?<ms>\d+)ms)?(?:(?<us>\d+)[uµ]s)?(?:(?<ns>\d+)ns)?$/i;
const ISO =
  /^P(?:(?<y>\d+)Y)?(?:(?<mo>\d+)M)?(?:(?<d>\d+)D)?(?:T(?:(?<h>\d+)H)?(?:(?<m>\d+)M)?(?:(?<s>\d+)(?:\.(?<fraction>\d{1,9}))?S)?)?$/;
const ISO_WEEKS = /^P(?<w>\d+)W$/;
const ISO_ALTERNATIVE =
  /^P(?<y>\d{4})-(?<mo>\d{2})-(?<d>\d{2})T(?<h>\d{2}):(?<m>\d{2}):(?<s>\d{2})$/;

/** Longer than any duration in range, so that no endless digits are parsed. */
const MAX_LENGTH = 200;

const EXPECTED = 'Expected a duration, such as "1y2mo3d4h5m6s" or "P1Y2M3DT4H5M6S"';

const DURATION: Schema = {
  type: "string",
  description: "A duration in the units y, mo, d, h, m, s, ms, us, ns",
  example: "1y2mo3d12h30m",
};

const INPUT: Schema = {
  ...DURATION,
  description: `${DURATION.description}, also w; or as in ISO 8601`,
};

export const duration: PrimitiveFormat<Duration> = {
  cql: "duration",
  category: "string",
  wire: { ids: [0x0015], classes: ["DurationType"] },
  output: DURATION,
  input: INPUT,
  text: INPUT,
  read: readDuration,
  readText: readDuration,
  fixed: null,
  encode: ({ months, days, nanoseconds }) =>
    Buffer.concat([months, days, nanoseconds].map((part) => encodeVint(zigzag(part)))),
  decode: storedText,
  writeJson: writePlainString(storedText),
  emptyIsValue: false,
  isEqualByBytes: true,
  sortKey: byBytes,
  // Whether a month is more than thirty days, nobody can say.
  measure: null,
  stored: null,
  truncated: null,
  encodings: null,
  isUnbounded: false,
  isTag: false,
  instantOf: null,
  bucketBy: null,
};

function readDuration(json: unknown, issues: Issue[]): Duration | undefined {
  if (typeof json !== "string" || json.length > MAX_LENGTH) return refuse(issues, EXPECTED);
  const negative = json.startsWith("-");
  const units = matchUnits(negative ? json.slice(1) : json);
  if (!units) return refuse(issues, EXPECTED);
  const unit = (name: string) => BigInt(units[name] ?? 0);
  const sign = negative ? -1n : 1n;
  const months = sign * (unit("y") * 12n + unit("mo"));
  const days = sign * (unit("w") * 7n + unit("d"));
  const fraction = BigInt((units.fraction ?? "").padEnd(9, "0"));
  const nanoseconds = sign *
    NANOSECONDS.reduce((sum, [name, factor]) => sum + unit(name) * factor, fraction);
  const fits = BigInt.asIntN(32, months) === months && BigInt.asIntN(32, days) === days &&
    BigInt.asIntN(64, nanoseconds) === nanoseconds;
  return fits
    ? { months, days, nanoseconds }
    : refuse(issues, "Expected at most 32 bits of months and of days, and 64 of nanoseconds");
}

function matchUnits(text: string): Record<string, string | undefined> | undefined {
  const match = [CQL, ISO, ISO_WEEKS, ISO_ALTERNATIVE].map((form) => form.exec(text)).find(Boolean);
  const units = match?.groups;
  return units && Object.values(units).some((digits) => digits !== undefined) ? units : undefined;
}

function storedText(bytes: Buffer, start: number): string {
  const atDays = start + vintLength(bytes.readUInt8(start));
  const atNanoseconds = atDays + vintLength(bytes.readUInt8(atDays));
  return durationText({
    months: unzigzag(decodeVint(bytes, start)),
    days: unzigzag(decodeVint(bytes, atDays)),
    nanoseconds: unzigzag(decodeVint(bytes, atNanoseconds)),
  });
}

function durationText({ months, days, nanoseconds }: Duration): string {
  const negative = months < 0n || days < 0n || nanoseconds < 0n;
  const [allMonths, allDays, all] = negative
    ? [-months, -days, -nanoseconds]
    : [months, days, nanoseconds];
  let text = part(allMonths / 12n, "y") + part(allMonths % 12n, "mo") + part(allDays, "d");
  let rest = all;
  for (const [unit, factor] of NANOSECONDS) {
    text += part(rest / factor, unit);
    rest %= factor;
  }
  // Cassandra prints nothing at all for zero, which it does not read back.
  return text === "" ? "0s" : negative ? `-${text}` : text;
}

function part(count: bigint, unit: string): string {
  return count === 0n ? "" : `${count}${unit}`;
}
