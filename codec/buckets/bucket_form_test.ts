import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { bucketName } from "./bucket.ts";
import { namedBuckets } from "./bucket_form.ts";

const DAY_MS = 86_400_000;

describe("namedBuckets()", () => {
  it("reads each name as the start of its bucket, however many it has read", () => {
    const form = namedBuckets({ by: "day", number: "digits" })!;
    for (const round of [1, 2]) {
      for (let day = 0; day < 600; day++) {
        const start = day * DAY_MS;
        expect([round, form.read(bucketName(start, "day"))]).toEqual([round, start]);
        expect(form.write(start)).toBe(bucketName(start, "day"));
      }
    }
  });

  it("refuses what names no bucket of its unit, each time", () => {
    const form = namedBuckets({ by: "month", number: "digits" })!;
    for (const name of ["2020-13", "2020-01-01", "2020", "", "__proto__", "2020-13"]) {
      expect([name, form.read(name)]).toEqual([name, null]);
    }
    expect(form.read("2020-01")).toBe(Date.UTC(2020, 0));
  });
});
