import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { BucketNumber, BucketUnit, EpochUnit } from "../../catalog/query.ts";
import { bucketStart, FIRST_MS, hasBucket, LAST_MS, neighbourStart } from "./bucket.ts";
import { bucketNumber, msOfEpoch, startOfNumber } from "./bucket_number.ts";

const UNITS: readonly BucketUnit[] = ["hour", "day", "week", "month", "year", "6h", "5h", "10d"];
const NUMBERS: readonly BucketNumber[] = ["digits", "count", "s", "ms", "us", "ns"];

/** Instants all over the calendar, more of them around its corners. */
const INSTANTS = [
  ...[FIRST_MS, 0, LAST_MS, Date.UTC(2000, 1, 29), Date.UTC(2010, 0, 4), Date.UTC(1900, 2, 1)]
    .flatMap((at) => [at - 3_600_000, at - 1, at, at + 1, at + 3_600_000]),
  ...Array.from({ length: 400 }, (_, n) => FIRST_MS + n * Math.floor((LAST_MS - FIRST_MS) / 400)),
];

describe("bucketNumber()", () => {
  for (const by of UNITS) {
    for (const number of NUMBERS) {
      it(`numbers buckets by ${by} with ${number}, rising and reversible`, () => {
        for (const ms of INSTANTS) {
          const start = bucketStart(ms, by);
          const next = neighbourStart(start, by, 1);
          if (!hasBucket(start) || !hasBucket(next)) continue;
          const value = bucketNumber(start, { by, number });
          expect([ms, startOfNumber(value, { by, number })]).toEqual([ms, start]);
          const following = bucketNumber(next, { by, number });
          expect(following > value).toBe(true);
          if (number === "count") expect(following - value).toBe(1n);
        }
      });
    }
  }

  it("counts from the bucket of 1970-01-01", () => {
    for (const by of UNITS) {
      expect([by, bucketNumber(bucketStart(0, by), { by, number: "count" })]).toEqual([by, 0n]);
      expect([by, bucketNumber(bucketStart(-1, by), { by, number: "count" })])
        .toEqual([by, by === "week" ? 0n : -1n]);
    }
  });
});

describe("startOfNumber()", () => {
  const refused: [value: bigint, by: BucketUnit, number: BucketNumber][] = [
    [20100230n, "day", "digits"],
    [20100132n, "day", "digits"],
    [201013n, "month", "digits"],
    [-201001n, "month", "digits"],
    [2010013119n, "6h", "digits"],
    [20100131n, "month", "digits"],
    [10000n, "year", "digits"],
    [8030n, "year", "count"],
    [-1971n, "year", "count"],
    [3601n, "hour", "s"],
    [3_600_001n, "hour", "ms"],
    [3_600_000_000_001n, "hour", "ns"],
    [9223372036854775807n, "day", "count"],
    [-9223372036854775808n, "month", "count"],
    [9223372036854775807n, "hour", "s"],
  ];
  for (const [value, by, number] of refused) {
    it(`knows no bucket ${value} by ${by} with ${number}`, () => {
      expect(startOfNumber(value, { by, number })).toBeNull();
    });
  }
});

describe("msOfEpoch()", () => {
  const cases: [count: bigint, unit: EpochUnit, ms: number][] = [
    [1n, "s", 1000],
    [-1n, "s", -1000],
    [-1n, "ms", -1],
    [999n, "us", 0],
    [1000n, "us", 1],
    [-1n, "us", -1],
    [-1000n, "us", -1],
    [-1001n, "us", -2],
    [-1n, "ns", -1],
    [-1_000_000n, "ns", -1],
    [-1_000_001n, "ns", -2],
  ];
  for (const [count, unit, ms] of cases) {
    it(`is ${ms} for ${count} ${unit}`, () => expect(msOfEpoch(count, unit)).toBe(ms));
  }
});
