import { getJsonLinesFormatter, type LogRecord } from "@logtape/logtape";
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { jsonLineFormatter } from "./json_line.ts";

const formatter = jsonLineFormatter("cqlgate");
const reference = getJsonLinesFormatter({ properties: "flatten", message: "template" });

function record(properties: Record<string, unknown>, changes: Partial<LogRecord> = {}): LogRecord {
  return {
    category: ["cqlgate"],
    level: "info",
    message: ["line"],
    rawMessage: "line {n}",
    properties,
    timestamp: 1_700_000_000_123,
    ...changes,
  };
}

describe("jsonLineFormatter()", () => {
  it("makes the same line as LogTape, of any text, number and other JSON", () => {
    const value = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constant(undefined),
      fc.array(fc.string()),
    );
    const level = fc.constantFrom("trace", "debug", "info", "warning", "error", "fatal");
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), value, { noNullPrototype: true }),
        level,
        (properties, level) => {
          const some = record(properties, { level: level as LogRecord["level"] });
          expect(formatter(some)).toBe(reference(some));
        },
      ),
      { numRuns: 50 },
    );
  });

  it("escapes what breaks a line or commands a terminal", () => {
    const line = formatter(record({ sub: "a\nb\x1b[2J\x7f\x9b31m" }));
    expect(line).toContain("a\\nb\\u001b[2J\\u007f\\u009b31m");
    const controls = [...line.slice(0, -1)].filter((character) => /\p{Cc}/u.test(character));
    expect(controls).toEqual([]);
  });

  it("leaves the records of others to LogTape: cycles, errors, large integers", () => {
    const cycle: Record<string, unknown> = { size: 2n ** 70n, error: new Error("broken") };
    cycle.self = cycle;
    for (const category of [["logtape", "meta"], ["cqlgate", "child"], []]) {
      const other = record(cycle, { category });
      expect(formatter(other)).toBe(reference(other));
    }
  });
});
