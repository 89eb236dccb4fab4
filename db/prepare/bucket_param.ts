/**
 * Time buckets as values: derived from an instant by `in bucket:observed_at by=month`, so that no client
 * can file a row under the wrong partition, or bound one after the other by `@walk`.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { BucketNumber, BucketUnit, EpochUnit } from "../../catalog/query.ts";
import {
  bucketPhrase,
  bucketStart,
  exampleStart,
  FIRST_MS,
  hasBucket,
  LAST_MS,
  neighbourStart,
} from "../../codec/buckets/bucket.ts";
import type { BucketForm } from "../../codec/buckets/bucket_form.ts";
import { DEFAULT_NUMBER } from "../../codec/buckets/bucket_number.ts";
import type { Codec } from "../../codec/codec.ts";

/** What the tags say about buckets. */
export interface BucketSpec {
  readonly by: BucketUnit;
  readonly unit: EpochUnit | null;
  readonly number: BucketNumber | null;
}

/** How instants of one type become buckets of another. */
export interface Bucketing {
  /** An instant's bytes → milliseconds since 1970; NaN for an instant whose bucket has no value. */
  instantOf(bytes: Buffer): number;
  /** Whether every smaller value of the type is of an earlier millisecond. */
  isFirstOfInstant(bytes: Buffer): boolean;
  /** The bucket that holds an instant with a bucket, as it is bound. */
  encode(ms: number): Buffer;
  /** What a caller should send in place of an instant without a bucket. */
  readonly expected: string;
}

/** An instant's bytes → its bucket's; null if no value stands for that. */
export interface BucketDerivation {
  (instant: Buffer): Buffer | null;
  readonly expected: Bucketing["expected"];
}

/** What is wrong with the tag, and what to do about it. */
export interface BucketMistake {
  readonly message: string;
  readonly help: string;
}

export interface BucketTypes {
  readonly of: Codec;
  readonly into: Codec;
  readonly spec: BucketSpec;
}

interface InstantRange {
  /** In milliseconds since 1970, both included. */
  readonly first: number;
  readonly last: number;
}

/** The derivation, or the reason it cannot be made. */
export function deriveBucket(types: BucketTypes): BucketDerivation | BucketMistake {
  const bucketing = bucketingOf(types);
  if ("message" in bucketing) return bucketing;
  const { instantOf, encode, expected } = bucketing;
  const derive = (instant: Buffer) => {
    const ms = instantOf(instant);
    return Number.isNaN(ms) ? null : encode(ms);
  };
  return Object.assign(derive, { expected });
}

/** How the instants of a type become buckets, or the reason they cannot. */
export function bucketingOf(types: BucketTypes): Bucketing | BucketMistake {
  const { of, into, spec } = types;
  const read = instantReader(of, spec.unit);
  if (typeof read !== "function") return read;
  const form = bucketForm(into, spec);
  if ("message" in form) return form;
  const encode = (ms: number): Buffer | null => {
    const start = bucketStart(ms, spec.by);
    if (!hasBucket(start)) return null;
    // An hour of the year 2148 does not fit an "int".
    const value = into.input.safeParse(form.write(start));
    return value.success ? into.encode(value.data) : null;
  };
  const range = rangeOf((ms) => encode(ms) !== null);
  if (range === null) return cannotName(into, spec.by);
  // Rows come in the order of time, or nearly: most have the bucket of the row before.
  let last: { readonly start: number; readonly end: number; readonly bytes: Buffer } | null = null;
  const known = new Map<number, Buffer>();
  const encodeKnown = (ms: number): Buffer => {
    if (last !== null && ms >= last.start && ms < last.end) return last.bytes;
    const start = bucketStart(ms, spec.by);
    const bytes = known.get(start) ?? encode(ms)!;
    if (known.size === MAX_KNOWN) known.clear();
    known.set(start, bytes);
    last = { start, end: neighbourStart(start, spec.by, 1), bytes };
    return bytes;
  };
  return {
    instantOf(bytes) {
      const ms = read(bytes);
      return ms >= range.first && ms <= range.last ? ms : NaN;
    },
    // UUIDs of one time are many, in an order of their own. All other instants are integers on the wire.
    isFirstOfInstant: (bytes) =>
      of.type.kind !== "timeuuid" && read(decremented(bytes)) < read(bytes),
    encode: encodeKnown,
    expected: expectedTime(range, spec.unit),
  };
}

/** How values of a type name buckets, or the reason they cannot. */
export function bucketForm(
  into: Codec,
  { by, number }: Pick<BucketSpec, "by" | "number">,
): BucketForm | BucketMistake {
  if (number !== null && into.category !== "integer") {
    return {
      message: `Cannot number buckets in a "${into.cql}"`,
      help: 'Remove "number=", which is for integers',
    };
  }
  if (into.bucketBy === null) {
    return { message: `Cannot derive a bucket of type "${into.cql}"`, help: INTO_HELP };
  }
  const form = into.bucketBy({ by, number: number ?? DEFAULT_NUMBER });
  return form === null || !into.input.safeParse(form.write(exampleStart(by))).success
    ? cannotName(into, by)
    : form;
}

/** Buckets whose bytes are kept. */
const MAX_KNOWN = 128;

const INTO_HELP = 'Name buckets by a "text", an integer, a "date" or a "timestamp"';

function cannotName({ cql, category }: Codec, by: BucketUnit): BucketMistake {
  return {
    message: `Cannot name ${bucketPhrase(by)} by values of type "${cql}"`,
    help: category === "integer"
      ? 'Use a wider integer, or number the buckets in another way, for example "number=count"'
      : "Use wider buckets, or a column of another type",
  };
}

/** The instants of a type's values, or the reason they cannot be read. */
function instantReader(
  { instantOf, cql }: Codec,
  unit: EpochUnit | null,
): ((bytes: Buffer) => number) | BucketMistake {
  if (instantOf === null) {
    return {
      message: `Cannot derive a bucket from a value of type "${cql}"`,
      help: 'Derive buckets from a "timestamp", a "date", a "timeuuid", an "int" or a "bigint"',
    };
  }
  const read = instantOf(unit);
  if (read !== null) return read;
  return unit === null
    ? {
      message: `Cannot derive a bucket from a value of type "${cql}": its unit is not known`,
      help: 'Say what it counts since 1970: "unit=s", "unit=ms", "unit=us" or "unit=ns"',
    }
    : {
      message: `Cannot read a "${cql}" in the unit "${unit}": its type says what it holds`,
      help: 'Remove "unit=", which is for integers',
    };
}

/** An integer less one; of the smallest, the largest. */
function decremented(bytes: Buffer): Buffer {
  const result = Buffer.from(bytes);
  let at = result.length - 1;
  // What is borrowed.
  while (at >= 0 && result[at] === 0) result[at--] = 0xff;
  if (at >= 0) result[at]! -= 1;
  return result;
}

/** The instants with a bucket, which lie side by side; null if even the present has none. */
function rangeOf(isNamed: (ms: number) => boolean): InstantRange | null {
  if (!isNamed(PRESENT_MS)) return null;
  return {
    first: -furthest((ms) => isNamed(-ms), { from: -PRESENT_MS, to: -FIRST_MS }),
    last: furthest(isNamed, { from: PRESENT_MS, to: LAST_MS }),
  };
}

/** An instant that every schema in use has buckets for. */
const PRESENT_MS = Date.UTC(2020, 0, 1);

/** The last value from a value that holds on that holds too. */
function furthest(
  holds: (value: number) => boolean,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  let [good, bad] = [from, to + 1];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (holds(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

const UNIT_WORDS: Readonly<Record<EpochUnit, string>> = {
  s: "seconds",
  ms: "milliseconds",
  us: "microseconds",
  ns: "nanoseconds",
};

function expectedTime({ first, last }: InstantRange, unit: EpochUnit | null): string {
  const range = first === FIRST_MS && last === LAST_MS
    ? "in the years 0000 to 9999"
    : `from ${new Date(first).toISOString()} to ${new Date(last).toISOString()}`;
  return `Expected a time ${range}${unit === null ? "" : `, in ${UNIT_WORDS[unit]} since 1970`}`;
}
