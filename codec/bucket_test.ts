import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { BucketUnit } from "../catalog/query.ts";
import {
  BUCKET_EXAMPLES,
  bucketName,
  bucketStart,
  hasBucket,
  neighbourStart,
  parseBucketName,
} from "./bucket.ts";

const UNITS = Object.keys(BUCKET_EXAMPLES) as BucketUnit[];

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
  ];
  for (const [name, unit] of refused) {
    it(`refuses "${name}" for a ${unit}`, () => expect(parseBucketName(name, unit)).toBeNull());
  }

  for (const unit of UNITS) {
    it(`reads the example of a ${unit}`, () => {
      const start = parseBucketName(BUCKET_EXAMPLES[unit], unit)!;
      expect(bucketName(start, unit)).toBe(BUCKET_EXAMPLES[unit]);
    });
  }
});

describe("neighbourStart()", () => {
  for (const unit of UNITS) {
    it(`walks ${unit}s to and fro without a gap`, () => {
      let start = bucketStart(Date.parse("1999-11-29T05:00:00Z"), unit);
      for (let step = 0; step < 500; step++) {
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

describe("hasBucket()", () => {
  it("knows the years from 0000 to 9999", () => {
    expect(hasBucket(Date.parse("0000-01-01T00:00:00Z"))).toBe(true);
    expect(hasBucket(Date.parse("0000-01-01T00:00:00Z") - 1)).toBe(false);
    expect(hasBucket(Date.parse("9999-12-31T23:59:59.999Z") + 1)).toBe(false);
  });
});
