import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { isCalendarDate } from "./calendar_date.ts";

describe("isCalendarDate()", () => {
  for (const text of ["1970-01-01", "2024-02-29", "2026-12-31", "9999-12-31"]) {
    it(`accepts "${text}"`, () => expect(isCalendarDate(text)).toBe(true));
  }
  for (
    const text of [
      "",
      "2026-1-1",
      "26-01-01",
      "2026-02-29",
      "2026-02-30",
      "2026-04-31",
      "2026-13-01",
      "2026-00-10",
      "2026-01-00",
      "2026-01-32",
      "1969-12-31",
      "0000-01-01",
      "+12026-01-01",
      "20260101",
      "2026/01/01",
      "01-02-2026",
      "2026-01-01T00:00:00Z",
      " 2026-01-01",
      "2026-01-01\n",
      "２０２６-01-01",
    ]
  ) {
    it(`rejects ${JSON.stringify(text)}`, () => expect(isCalendarDate(text)).toBe(false));
  }
});
