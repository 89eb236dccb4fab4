import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { ExactNumber } from "./exact_number.ts";
import { parseJson } from "./parse_json.ts";

describe("parseJson()", () => {
  it("keeps the source of numbers that would be rounded or respelled", () => {
    const sources = [
      "9007199254740992",
      "9007199254740993",
      "-9007199254740993",
      "100000000000000000000",
      "1.0",
      "10.50",
      "-0",
      "-0.0",
      "0e5",
      "1e400",
      "-1E+2",
      "1e2",
      "0.10000000000000000001",
      "123456789.123456789",
    ];
    for (const source of sources) {
      for (const text of [source, `[${source}]`, `{"a":${source}}`, `[1,\n ${source} ]`]) {
        expect([text, sourceWithin(parseJson(text))]).toEqual([text, source]);
      }
    }
  });

  it("gives plain numbers if nothing is lost", () => {
    for (const text of ["0", "-1", "1.5", "0.1", "9007199254740991", "1e-7", "123456.789012345"]) {
      expect([text, parseJson(text)]).toEqual([text, Number(text)]);
    }
  });

  it("is not misled by text that looks like numbers", () => {
    const text =
      '{"a":"1.0","b":"x: 9007199254740993 ,","c":"-0","12345678901234567":[true,null,2.5]}';
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  it("keeps __proto__ as a key, on both paths", () => {
    for (const text of ['{"__proto__":{"a":1}}', '{"__proto__":{"a":1.0}}']) {
      const json = parseJson(text) as object;
      expect(Object.keys(json)).toEqual(["__proto__"]);
      expect(Object.getPrototypeOf(json)).toBe(Object.prototype);
    }
  });

  it("throws SyntaxError for what is not JSON, or too deep", () => {
    for (const text of ["", "{", "[1.0", "01", "1.", "NaN", "[1.0,]"]) {
      expect(() => parseJson(text)).toThrow(SyntaxError);
    }
    const depth = 200_000;
    expect(() => parseJson("[".repeat(depth) + "1.0" + "]".repeat(depth))).toThrow(SyntaxError);
  });

  it("scans long runs of digits in linear time", () => {
    const text = JSON.stringify("1".repeat(1_000_000) + ".0 " + "[-".repeat(200_000));
    const begin = performance.now();
    expect(parseJson(text)).toBe(JSON.parse(text));
    // Quadratic scanning would take hours.
    expect(performance.now() - begin).toBeLessThan(30_000);
  });

  it("tells keys with escapes from one that ends in a backslash", () => {
    const texts = [
      '{"p":0,"a\\\\":0}',
      '{"p":0,"a\\"":0}',
      '{"p":0,"a\\n":[{"a\\n":1.5}]}',
      '{"p":0,"a\\\\n":"\\"\\\\"}',
      '{"p":0,"a\\\\\\"":"\ue000\\"q\\\\q"}',
    ];
    expect(texts.map((text) => JSON.stringify(parseJson(text)))).toEqual(texts);
  });
});

/** The source of the one number in the text's value. */
function sourceWithin(json: unknown): string | undefined {
  const values = typeof json === "object" && json !== null && !(json instanceof ExactNumber)
    ? Object.values(json)
    : [json];
  const exact = values.find((value) => value instanceof ExactNumber);
  return exact?.source;
}
