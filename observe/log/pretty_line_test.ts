import type { LogRecord } from "@logtape/logtape";
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { prettyFormatter } from "./pretty_line.ts";

const TIME = Date.UTC(2026, 10, 23, 6, 16, 18, 698);

function record(rawMessage: string, properties: Record<string, unknown>): LogRecord {
  const message = rawMessage.split(/\{(\w+)\}/).map((part, index) =>
    index % 2 === 0 ? part : properties[part]
  );
  return {
    category: ["cqlgate"],
    level: "error",
    timestamp: TIME,
    rawMessage,
    message,
    properties,
  } as LogRecord;
}

describe("prettyFormatter()", () => {
  const format = prettyFormatter({ colors: false });

  it("shows what the message leaves out: code, request and cause", () => {
    const line = format(record("{method} {route} {status}", {
      method: "GET",
      route: "/stations",
      status: 500,
      code: "internal",
      request_id: "1f97ff8b",
      sub: null,
      client_id: undefined,
      cause: "TypeError: no\n    at a.ts:1:2",
    }));
    expect(line).toBe(
      "2026-11-23 06:16:18.698 +00:00 [ERR] cqlgate: GET /stations 500" +
        " code=internal request_id=1f97ff8b\n    TypeError: no\n        at a.ts:1:2\n",
    );
  });

  it("says nothing twice, and nothing that is not there", () => {
    const line = format(record("Failed: {cause}", { cause: "boom" }));
    expect(line).toMatch(/cqlgate: Failed: boom\n$/);
    expect(format(record("Ready", {}))).toMatch(/cqlgate: Ready\n$/);
    expect(format(record("Ready", { cause: undefined }))).toMatch(/cqlgate: Ready\n$/);
  });

  it("shows false and 0, which are values", () => {
    expect(format(record("Done", { completed: false, failed: 0 }))).toMatch(
      /Done completed=false failed=0\n$/,
    );
  });

  const WORDS: readonly (readonly [value: string, shown: string])[] = [
    ["auth0|5f7c8ec7", "auth0|5f7c8ec7"],
    ["a@example.test", "a@example.test"],
    ["urn:x:1/2+3~*-,;.", "urn:x:1/2+3~*-,;."],
    ["", '""'],
    ["someone code=internal", '"someone code=internal"'],
    ['a"b\\', '"a\\"b\\\\"'],
    ["someone\n2026-11-23 [ERR] Forged", '"someone\\n2026-11-23 [ERR] Forged"'],
    ["\r\x1b[2J", '"\\r\\u001b[2J"'],
    ["\x7f\x9b31m", '"\\u007f\\u009b31m"'],
    ["a\u2028b\u202ec", '"a\\u2028b\\u202ec"'],
    ["Reykjavík", '"Reykjavík"'],
  ];
  for (const [value, shown] of WORDS) {
    it(`shows a property ${JSON.stringify(value)} as one word`, () => {
      const line = format(record("Done", { sub: value, code: "ok" }));
      expect(line.slice(line.indexOf("sub="))).toBe(`sub=${shown} code=ok\n`);
    });
  }

  it("keeps the lines of a message and of a cause, and escapes what a terminal obeys", () => {
    const text = "one\n\ttwo\r\x1b[31m";
    const line = format(record("Failed: {reason}", { reason: text, cause: text }));
    const escaped = "two\\u000d\\u001b[31m";
    expect(line.slice(line.indexOf("Failed"))).toBe(
      `Failed: one\n\t${escaped}\n    one\n    \t${escaped}\n`,
    );
  });
});
