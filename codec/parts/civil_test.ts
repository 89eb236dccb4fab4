import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { dateText, parseDate } from "./civil.ts";

const MS_PER_DAY = 86_400_000;
/** The days from the epoch that `Date` reaches. */
const MAX_DATE_DAY = 100_000_000;

describe("dateText()", () => {
  it("agrees with Date wherever that reaches", () => {
    fc.assert(fc.property(fc.integer({ min: -MAX_DATE_DAY, max: MAX_DATE_DAY }), (days) => {
      const [expected] = new Date(days * MS_PER_DAY).toISOString().split("T");
      expect(dateText(days)).toBe(expected);
    }));
  });

  it("is read back by parseDate(), also beyond Date", () => {
    fc.assert(fc.property(fc.integer({ min: -(10 ** 11), max: 10 ** 11 }), (days) => {
      expect(parseDate(dateText(days))).toBe(days);
    }));
  });
});

describe("parseDate()", () => {
  it("knows each month's days, and leap years", () => {
    const exists = [
      "2000-02-29",
      "2024-02-29",
      "0000-02-29",
      "-000004-02-29",
      "2023-04-30",
      "2023-12-31",
    ];
    const missing = [
      "1900-02-29",
      "2023-02-29",
      "2023-04-31",
      "2023-00-10",
      "2023-13-10",
      "2023-01-32",
    ];
    for (const text of exists) expect(dateText(parseDate(text) ?? NaN)).toBe(text);
    for (const text of missing) expect([text, parseDate(text)]).toEqual([text, undefined]);
  });

  it("takes four digits, or a sign and six to nine", () => {
    expect(parseDate("+002010-01-01")).toBe(parseDate("2010-01-01"));
    for (
      const text of ["10000-01-01", "+2010-01-01", "-2010-01-01", "-000000-01-01", "201-01-01"]
    ) {
      expect([text, parseDate(text)]).toEqual([text, undefined]);
    }
  });
});
