import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { negotiate } from "./negotiate.ts";

const JSON = "application/json";
const NDJSON = "application/x-ndjson";
const CSV = "text/csv";

describe("negotiate()", () => {
  const ACCEPTED: [accept: string | null, type: string][] = [
    [null, JSON],
    ["", JSON],
    [",", JSON],
    ["*/*", JSON],
    ["*/*;q=0.1", JSON],
    ["text/*", CSV],
    ["TEXT/CSV", CSV],
    [`${CSV}, ${NDJSON}`, NDJSON],
    [`${CSV};q=0.9, ${NDJSON};q=0.8`, CSV],
    [`${JSON};q=0, */*`, NDJSON],
    [`application/*;q=0.1, ${CSV};q=0.2`, CSV],
    // The most specific range decides for a type, whatever the others say.
    [`${NDJSON};q=0.1, application/*;q=0.9`, JSON],
    ["image/png, */*;q=0.1", JSON],
  ];
  for (const [accept, type] of ACCEPTED) {
    it(`chooses ${type} for ${accept === null ? "no header" : `"${accept}"`}`, () => {
      expect(negotiate(accept, [JSON, NDJSON, CSV])).toBe(type);
    });
  }

  for (const accept of ["text/html", "image/*", `${JSON};q=0`, "*/*;q=0", "application"]) {
    it(`refuses "${accept}", and names what there is`, () => {
      expect(() => negotiate(accept, [JSON])).toThrow('This route answers in "application/json"');
    });
  }

  it("refuses a header that would take long to read", () => {
    const ranges = (count: number) => "*/*,".repeat(count);
    expect(negotiate(ranges(1_000), [JSON])).toBe(JSON);
    expect(() => negotiate(ranges(1_100), [JSON])).toThrow("more than 4096 characters");
  });
});
