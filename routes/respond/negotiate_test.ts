import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { negotiate } from "./negotiate.ts";

const JSON = "application/json";
const NDJSON = "application/x-ndjson";
const CSV = "text/csv";
const PROBLEM = "application/problem+json";

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
    // Another name of the same type.
    ["application/ndjson", NDJSON],
    [`application/ndjson, ${JSON};q=0.1`, NDJSON],
    [`application/ndjson, ${NDJSON};q=0.1, ${JSON};q=0.5`, JSON],
    ["application/ndjson;q=0, */*", JSON],
    ["application/jsonl", NDJSON],
    [`application/x-jsonlines, ${JSON};q=0.1`, NDJSON],
    // A generated client names the type of problems, too, which are no answer that it prefers.
    [PROBLEM, JSON],
    ["Application/Problem+JSON; charset=utf-8", JSON],
    [`${PROBLEM};q=0`, JSON],
    [`${NDJSON}, ${PROBLEM}`, NDJSON],
    [`${PROBLEM}, ${CSV};q=0.1`, CSV],
  ];
  for (const [accept, type] of ACCEPTED) {
    it(`chooses ${type} for ${accept === null ? "no header" : `"${accept}"`}`, () => {
      expect(negotiate(accept, [JSON, NDJSON, CSV])).toBe(type);
    });
  }

  const REFUSED = [
    "text/html",
    "image/*",
    `${JSON};q=0`,
    "*/*;q=0",
    "application",
    `text/html, ${PROBLEM}`,
    "application/problem",
    "application/ndjson",
    "application/ndjsonl",
    "application/jsonlines",
  ];
  for (const accept of REFUSED) {
    it(`refuses "${accept}", and names what there is`, () => {
      expect(() => negotiate(accept, [JSON])).toThrow('This route answers in "application/json"');
    });
  }

  it("offers the type of problems where an answer may have it", () => {
    expect(negotiate(PROBLEM, [JSON, PROBLEM])).toBe(PROBLEM);
    expect(() => negotiate(`${PROBLEM};q=0`, [PROBLEM])).toThrow("This route answers in");
  });

  it("refuses a header that would take long to read", () => {
    const ranges = (count: number) => "*/*,".repeat(count);
    expect(negotiate(ranges(1_000), [JSON])).toBe(JSON);
    expect(() => negotiate(ranges(1_100), [JSON])).toThrow("more than 4096 characters");
  });
});
