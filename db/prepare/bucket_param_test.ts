import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import type { BucketUnit } from "../../catalog/query.ts";
import type { Codec, PrimitiveKind } from "../../codec/codec.ts";
import { codecFor } from "../../codec/codec_for.ts";
import { type Bucket, bucketFor } from "./bucket_param.ts";

function codec(kind: PrimitiveKind): Codec {
  return codecFor({ kind });
}

function encode(kind: PrimitiveKind, value: unknown): Buffer {
  const { input, encode } = codec(kind);
  return encode(input.parse(value));
}

function bucketOf(
  [of, instant]: readonly [PrimitiveKind, string],
  [into, by]: readonly [PrimitiveKind, BucketUnit],
): unknown {
  const bucket = bucketFor({ of: codec(of), into: codec(into), by }) as Bucket;
  const bytes = bucket(encode(of, instant));
  return bytes === null ? null : codec(into).decode(bytes, 0, bytes.length);
}

const INSTANT = ["timestamp", "2026-03-01T05:59:59.999+06:00"] as const;
const LEAP_DAY = ["date", "2028-02-29"] as const;

describe("bucketFor()", () => {
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
    ] as const
  ) {
    it(`puts ${instant.join(" ")} into ${column.join(" by ")} ${expected}`, () => {
      expect(bucketOf(instant, column)).toBe(expected);
    });
  }

  it("gives null for instants that have no name", () => {
    const bucket = bucketFor({ of: codec("timestamp"), into: codec("text"), by: "month" });
    for (const ms of [2n ** 62n, -(2n ** 62n)]) {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64BE(ms);
      expect((bucket as Bucket)(bytes)).toBe(null);
    }
  });

  for (
    const [of, into, by, obstacle] of [
      ["timeuuid", "text", "day", 'Cannot derive a bucket from a value of type "timeuuid"'],
      ["text", "text", "day", 'Cannot derive a bucket from a value of type "text"'],
      ["timestamp", "bigint", "day", 'Cannot derive a bucket of type "bigint"'],
      ["timestamp", "uuid", "day", 'Cannot derive a bucket of type "uuid"'],
      ["timestamp", "date", "hour", 'Cannot name the hour of an instant by a "date"'],
    ] as const
  ) {
    it(`refuses ${into} by ${by} of ${of}`, () => {
      expect(bucketFor({ of: codec(of), into: codec(into), by })).toBe(obstacle);
    });
  }
});
