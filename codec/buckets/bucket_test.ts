import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { BucketUnit } from "../../catalog/query.ts";
import {
  bucketName,
  bucketNoun,
  bucketNouns,
  bucketPhrase,
  bucketStart,
  exampleStart,
  hasBucket,
  neighbourStart,
  parseBucketName,
} from "./bucket.ts";

const UNITS: BucketUnit[] = [
  "hour",
  "day",
  "week",
  "month",
  "year",
  "1h",
  "6h",
  "7h",
  "36h",
  "1d",
  "7d",
  "10d",
  "9999d",
];

describe("bucketName()", () => {
  const cases: [instant: string, unit: BucketUnit, name: string][] = [
    ["2010-01-31T23:59:59.999Z", "hour", "2010-01-31T23"],
    ["2010-01-31T23:59:59.999Z", "day", "2010-01-31"],
    ["2010-01-31T23:59:59.999Z", "month", "2010-01"],
    ["2010-01-31T23:59:59.999Z", "year", "2010"],
    ["2010-01-03T23:59:59.999Z", "week", "2009-W53"],
    ["2010-01-04T00:00:00Z", "week", "2010-W01"],
    ["2024-12-30T00:00:00Z", "week", "2025-W01"],
    ["1969-12-31T23:59:59.999Z", "month", "1969-12"],
    ["1969-12-31T23:59:59.999Z", "week", "1970-W01"],
    ["0000-01-01T00:00:00Z", "month", "0000-01"],
    ["0050-06-01T00:00:00Z", "week", "0050-W22"],
    ["9999-12-31T23:59:59.999Z", "hour", "9999-12-31T23"],
    ["2010-01-31T23:59:59.999Z", "6h", "2010-01-31T18"],
    ["2010-01-31T17:59:59.999Z", "6h", "2010-01-31T12"],
    // 1970-01-01 was a Thursday, and so begins every bucket of seven days.
    ["2010-01-31T23:59:59.999Z", "7d", "2010-01-28"],
    ["1970-01-01T00:00:00.000Z", "7h", "1970-01-01T00"],
    ["1969-12-31T23:59:59.999Z", "7h", "1969-12-31T17"],
    ["1969-12-31T23:59:59.999Z", "7d", "1969-12-25"],
    ["2000-02-29T12:00:00.000Z", "1d", "2000-02-29"],
    ["2000-02-29T12:00:00.000Z", "24h", "2000-02-29T00"],
  ];
  for (const [instant, unit, name] of cases) {
    it(`is ${name} for the ${unit} of ${instant}`, () => {
      const ms = Date.parse(instant);
      expect(bucketName(ms, unit)).toBe(name);
      expect(parseBucketName(name, unit)).toBe(bucketStart(ms, unit));
    });
  }
});

describe("parseBucketName()", () => {
  const refused: [name: string, unit: BucketUnit][] = [
    ["2010-13", "month"],
    ["2010-00", "month"],
    ["2010-1", "month"],
    ["2010-01-01", "month"],
    ["2010", "month"],
    ["2010-02-30", "day"],
    ["2010-01-31T24", "hour"],
    ["2010-W53", "week"],
    ["2010-W00", "week"],
    ["2010-01 ", "month"],
    ["10000-01", "month"],
    ["", "year"],
    ["2010-01-31T17", "6h"],
    ["2010-01-31", "6h"],
    ["2010-01-31T18", "7d"],
    ["2010-01-29", "7d"],
    ["0000-W53", "week"],
    ["0000-01-01", "9999d"],
  ];
  for (const [name, unit] of refused) {
    it(`refuses "${name}" for a ${unit}`, () => expect(parseBucketName(name, unit)).toBeNull());
  }

  for (const unit of UNITS) {
    it(`reads the example of a ${unit}`, () => {
      const start = exampleStart(unit);
      expect(parseBucketName(bucketName(start, unit), unit)).toBe(start);
    });
  }
});

describe("neighbourStart()", () => {
  for (const unit of UNITS) {
    it(`walks ${bucketNouns(unit)} to and fro without a gap, through 1970`, () => {
      const steps = unit === "9999d" ? 50 : 500;
      let start = neighbourStart(bucketStart(0, unit), unit, -1);
      for (let step = 0; step < steps / 2; step++) start = neighbourStart(start, unit, -1);
      for (let step = 0; step < steps; step++) {
        const next = neighbourStart(start, unit, 1);
        expect(next).toBeGreaterThan(start);
        expect(bucketStart(next, unit)).toBe(next);
        expect(bucketStart(next - 1, unit)).toBe(start);
        expect(neighbourStart(next, unit, -1)).toBe(start);
        start = next;
      }
    });
  }
});

describe("bucketPhrase()", () => {
  for (
    const [unit, phrase, noun, nouns] of [
      ["hour", "an hour", "hour", "hours"],
      ["month", "a month", "month", "months"],
      ["6h", "a bucket of 6 hours", "bucket of 6 hours", "buckets of 6 hours"],
      ["1d", "a bucket of 1 day", "bucket of 1 day", "buckets of 1 day"],
    ] as const
  ) {
    it(`is ${phrase} for ${unit}`, () => {
      expect([bucketPhrase(unit), bucketNoun(unit), bucketNouns(unit)]).toEqual([
        phrase,
        noun,
        nouns,
      ]);
    });
  }
});

describe("hasBucket()", () => {
  it("knows the years from 0000 to 9999", () => {
    expect(hasBucket(Date.parse("0000-01-01T00:00:00Z"))).toBe(true);
    expect(hasBucket(Date.parse("0000-01-01T00:00:00Z") - 1)).toBe(false);
    expect(hasBucket(Date.parse("9999-12-31T23:59:59.999Z") + 1)).toBe(false);
  });
});
