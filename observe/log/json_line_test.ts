import { getJsonLinesFormatter, type LogRecord } from "@logtape/logtape";
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { jsonLineFormatter } from "./json_line.ts";

/** What a terminal obeys, what ends a line, and what reverses text. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

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
          const escaped = reference(some).replace(
            /[\p{Zl}\p{Zp}\p{Bidi_Control}]/gu,
            (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
          );
          expect(formatter(some)).toBe(escaped);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("escapes what breaks a line or commands a terminal", () => {
    const line = formatter(record({ sub: "a\nb\x1b[2J\x7f\x9b31m\x85\u2028{}\u2029" }));
    expect(line).toContain("a\\nb\\u001b[2J\\u007f\\u009b31m\\u0085\\u2028{}\\u2029");
  });

  it("escapes every control character, end of a line and change of direction, and nothing else", () => {
    const every = String.fromCodePoint(
      ...Array.from({ length: 0xd800 }, (_, code) => code).filter((code) => code > 0x7e),
    );
    const line = formatter(record({ sub: every }));
    expect([...line.slice(0, -1)].filter((each) => CONTROL.test(each))).toEqual([]);
    expect(JSON.parse(line).sub).toBe(every);
    expect(line.match(/\\u/g)).toHaveLength([...every].filter((each) => CONTROL.test(each)).length);
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
