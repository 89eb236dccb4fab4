import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import type { BucketNumber, BucketUnit, EpochUnit } from "../../catalog/query.ts";
import { bucketName, bucketStart, neighbourStart } from "../../codec/buckets/bucket.ts";
import type { Codec, PrimitiveKind } from "../../codec/codec.ts";
import { codecFor } from "../../codec/codec_for.ts";
import { type BucketDerivation, deriveBucket } from "./bucket_param.ts";

function codec(kind: PrimitiveKind): Codec {
  return codecFor({ kind });
}

function encode(kind: PrimitiveKind, value: unknown): Buffer {
  const { input, encode } = codec(kind);
  return encode(input.parse(value));
}

function bucketOf(
  [of, instant, unit]: readonly [PrimitiveKind, string | number, EpochUnit?],
  [into, by, number]: readonly [PrimitiveKind, BucketUnit, BucketNumber?],
): unknown {
  const spec = { by, unit: unit ?? null, number: number ?? null };
  const bucket = deriveBucket({ of: codec(of), into: codec(into), spec }) as BucketDerivation;
  const bytes = bucket(encode(of, instant));
  return bytes === null ? null : codec(into).decode(bytes, 0, bytes.length);
}

const INSTANT = ["timestamp", "2026-03-01T05:59:59.999+06:00"] as const;
const LEAP_DAY = ["date", "2028-02-29"] as const;

const REFUSED: readonly (readonly [
  readonly [PrimitiveKind, EpochUnit | null],
  readonly [PrimitiveKind, BucketUnit, BucketNumber | null],
  string,
])[] = [
  [["text", null], ["text", "day", null], 'Cannot derive a bucket from a value of type "text"'],
  [["uuid", null], ["text", "day", null], 'Cannot derive a bucket from a value of type "uuid"'],
  [
    ["bigint", null],
    ["text", "day", null],
    'Cannot derive a bucket from a value of type "bigint": its unit is not known',
  ],
  [
    ["timestamp", "ms"],
    ["text", "day", null],
    'Cannot read a "timestamp" in the unit "ms": its type says what it holds',
  ],
  [["timestamp", null], ["uuid", "day", null], 'Cannot derive a bucket of type "uuid"'],
  [["timestamp", null], ["varint", "day", null], 'Cannot derive a bucket of type "varint"'],
  [["timestamp", null], ["date", "hour", null], 'Cannot name an hour by values of type "date"'],
  [
    ["timestamp", null],
    ["date", "6h", null],
    'Cannot name a bucket of 6 hours by values of type "date"',
  ],
  [["timestamp", null], ["text", "day", "count"], 'Cannot number buckets in a "text"'],
  [
    ["timestamp", null],
    ["smallint", "month", null],
    'Cannot name a month by values of type "smallint"',
  ],
  [["timestamp", null], ["int", "month", "ms"], 'Cannot name a month by values of type "int"'],
];

describe("deriveBucket()", () => {
  for (
    const [instant, column, expected] of [
      // 23:59:59.999 of the last day of February, in UTC.
      [INSTANT, ["text", "hour"], "2026-02-28T23"],
      [INSTANT, ["text", "day"], "2026-02-28"],
      [INSTANT, ["ascii", "week"], "2026-W09"],
      [INSTANT, ["text", "month"], "2026-02"],
      [INSTANT, ["text", "year"], "2026"],
      [INSTANT, ["int", "day"], 20260228],
      [INSTANT, ["int", "month"], 202602],
      [INSTANT, ["date", "month"], "2026-02-01"],
      [INSTANT, ["date", "week"], "2026-02-23"],
      [INSTANT, ["timestamp", "hour"], "2026-02-28T23:00:00.000Z"],
      [INSTANT, ["timestamp", "year"], "2026-01-01T00:00:00.000Z"],
      [LEAP_DAY, ["text", "day"], "2028-02-29"],
      [LEAP_DAY, ["date", "year"], "2028-01-01"],
      [["date", "1969-12-31"], ["text", "week"], "1970-W01"],
      [["timestamp", "1969-12-31T23:59:59.999Z"], ["text", "year"], "1969"],
      [["timestamp", "2147-01-01T00:00:00Z"], ["int", "hour"], 2147010100],
      [["timestamp", "2148-01-01T00:00:00Z"], ["int", "hour"], null],
      [["timestamp", "0000-01-01T00:00:00Z"], ["date", "week"], null],
      [["timestamp", "0000-01-01T00:00:00Z"], ["text", "week"], null],
      [["timestamp", "0000-01-03T00:00:00Z"], ["text", "week"], "0000-W01"],
      [INSTANT, ["text", "6h"], "2026-02-28T18"],
      [INSTANT, ["text", "7d"], "2026-02-26"],
      [INSTANT, ["date", "7d"], "2026-02-26"],
      [INSTANT, ["timestamp", "6h"], "2026-02-28T18:00:00.000Z"],
      [INSTANT, ["int", "6h"], 2026022818],
      [INSTANT, ["int", "day", "count"], 20512],
      [INSTANT, ["bigint", "day"], "20260228"],
      [INSTANT, ["smallint", "year"], 2026],
      [INSTANT, ["tinyint", "year", "count"], 56],
      [["timestamp", "2098-01-01T00:00:00Z"], ["tinyint", "year", "count"], null],
      [INSTANT, ["int", "month", "count"], 673],
      [INSTANT, ["int", "week", "count"], 2930],
      [INSTANT, ["int", "7d", "count"], 2930],
      [INSTANT, ["int", "hour", "s"], 1772319600],
      [INSTANT, ["bigint", "hour", "ns"], "1772319600000000000"],
      // Times before 1970 go to the bucket before, never towards 1970.
      [["timestamp", "1969-12-31T23:59:59.999Z"], ["int", "day", "count"], -1],
      [["timestamp", "1969-12-31T23:59:59.999Z"], ["int", "month", "count"], -1],
      [["timestamp", "1969-12-31T23:59:59.999Z"], ["int", "year", "count"], -1],
      [["timestamp", "1969-12-31T23:59:59.999Z"], ["int", "week", "count"], 0],
      [["timestamp", "1969-12-28T23:59:59.999Z"], ["int", "week", "count"], -1],
      [["timestamp", "1969-12-31T23:59:59.999Z"], ["int", "6h", "s"], -21600],
      [["bigint", "-1", "ns"], ["text", "day"], "1969-12-31"],
      [["bigint", "0", "ns"], ["text", "day"], "1970-01-01"],
      [["bigint", "-1", "us"], ["bigint", "hour", "us"], "-3600000000"],
      [["bigint", "1772323199999999", "us"], ["text", "day"], "2026-02-28"],
      [["bigint", "1772323200000000", "us"], ["text", "day"], "2026-03-01"],
      [["bigint", "1772323199", "s"], ["text", "day"], "2026-02-28"],
      [["int", 1772323199, "s"], ["text", "day"], "2026-02-28"],
      [["int", -1, "s"], ["text", "day"], "1969-12-31"],
      // The last nanosecond of 64 bits is in 2262; of seconds most are beyond every calendar.
      [["bigint", "9223372036854775807", "ns"], ["text", "day"], "2262-04-11"],
      [["bigint", "-9223372036854775808", "ns"], ["text", "day"], "1677-09-21"],
      [["bigint", "9223372036854775807", "s"], ["text", "day"], null],
      [["bigint", "-9223372036854775808", "s"], ["text", "day"], null],
      [["bigint", "253402300799", "s"], ["text", "day"], "9999-12-31"],
      [["bigint", "253402300800", "s"], ["text", "day"], null],
      [["bigint", "-62167219200", "s"], ["text", "day"], "0000-01-01"],
      [["bigint", "-62167219201", "s"], ["text", "day"], null],
      [["timeuuid", "13814000-1dd2-11b2-8080-808080808080"], ["text", "hour"], "1970-01-01T00"],
      [["timeuuid", "13813fff-1dd2-11b2-8080-808080808080"], ["text", "hour"], "1969-12-31T23"],
      [["timeuuid", "00000000-0000-1000-8080-808080808080"], ["text", "day"], "1582-10-15"],
      [["timeuuid", "ffffffff-ffff-1fff-bf7f-7f7f7f7f7f7f"], ["text", "day"], "5236-03-31"],
    ] as const
  ) {
    it(`puts ${instant.join(" ")} into ${column.join(" by ")} ${expected}`, () => {
      expect(bucketOf(instant, column)).toBe(expected);
    });
  }

  it("gives null for instants that have no name", () => {
    const bucket = deriveBucket({
      of: codec("timestamp"),
      into: codec("text"),
      spec: { by: "month", unit: null, number: null },
    });
    for (const ms of [2n ** 62n, -(2n ** 62n)]) {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64BE(ms);
      expect((bucket as BucketDerivation)(bytes)).toBe(null);
    }
  });

  for (
    const [[of, unit], [into, by, number], obstacle] of REFUSED
  ) {
    it(`refuses ${into} by ${by}, ${number}, of ${of}, ${unit}`, () => {
      const refused = deriveBucket({
        of: codec(of),
        into: codec(into),
        spec: { by, unit, number },
      });
      expect(refused).toEqual({ message: obstacle, help: expect.any(String) });
    });
  }

  for (const by of ["hour", "6h", "day", "3d", "week", "month", "year"] as const) {
    it(`gives each instant its own bucket by ${by}, on both sides of a border and in any order`, () => {
      const spec = { by, unit: null, number: null };
      const bucket = deriveBucket({
        of: codec("timestamp"),
        into: codec("text"),
        spec,
      }) as BucketDerivation;
      const border = bucketStart(Date.UTC(2024, 1, 29, 23), by);
      const next = neighbourStart(border, by, 1);
      for (const ms of [border, border - 1, next - 1, next, border, next, border + 1, border - 1]) {
        const bytes = bucket(encode("timestamp", new Date(ms).toISOString()));
        expect([ms, bytes?.toString()]).toEqual([ms, bucketName(ms, by)]);
      }
    });
  }

  it("says which times have a bucket", () => {
    const expectedOf = (into: PrimitiveKind, by: BucketUnit, number: BucketNumber | null = null) =>
      (deriveBucket({
        of: codec("timestamp"),
        into: codec(into),
        spec: { by, unit: null, number },
      }) as BucketDerivation).expected;
    expect(expectedOf("text", "month")).toBe("Expected a time in the years 0000 to 9999");
    expect(expectedOf("int", "hour")).toBe(
      "Expected a time from 0000-01-01T00:00:00.000Z to 2147-12-31T23:59:59.999Z",
    );
    expect(expectedOf("int", "day", "s")).toBe(
      "Expected a time from 1901-12-14T00:00:00.000Z to 2038-01-19T23:59:59.999Z",
    );
  });
});
