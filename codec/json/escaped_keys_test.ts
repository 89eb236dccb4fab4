import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { hasEscapedKey } from "./escaped_keys.ts";
import { parseJson } from "./parse_json.ts";

describe("hasEscapedKey()", () => {
  const cases: [text: string, expected: boolean][] = [
    ['{"a":1}', false],
    ['{"a":"\\n"}', false],
    ['{"a":"\\":"}', false],
    ['{"a":"\\\\"}', false],
    ['["\\n","b"]', false],
    ['{"\\n":1}', true],
    ['{"a\\\\":1}', true],
    ['{"a":"\\\\","b\\"":1}', true],
    ['{"a\\u0062" \t\r\n:1}', true],
    ['[{"a":["\\n"]},{"\\"":{}}]', true],
  ];
  for (const [text, expected] of cases) {
    it(`is ${expected} for ${text}`, () => expect(hasEscapedKey(text)).toBe(expected));
  }
});

describe("parseJson() of escaped keys", () => {
  it("takes them beside any other character", () => {
    const others = Array.from({ length: 0x2000 }, (_, code) => String.fromCharCode(0xe000 + code));
    for (const other of [others.join(""), "\x7f", "\x7f\xdc", "\x7f\xff", "\x7fQ"]) {
      const json = { "a\n": other, [`"${other}`]: [other, "\\"] };
      expect(parseJson(JSON.stringify(json))).toEqual(json);
    }
  });

  it("keeps the last of two equal keys, however they are spelled", () => {
    const cases = [
      ['{"\\u0031":2,"1":1}', '{"1":1}'],
      ['{"1":1,"\\u0031":2}', '{"1":2}'],
      ['{"\\n":1,"b":2,"\\u000a":3}', '{"\\n":3,"b":2}'],
      ['{"\\u007f":1,"\x7f":2}', '{"\x7f":2}'],
      ['{"\\/":1,"/":2}', '{"/":2}'],
    ];
    for (const [text = "", expected] of cases) {
      expect([text, JSON.stringify(parseJson(text))]).toEqual([text, expected]);
    }
  });

  it("gives back what was written, with any character written as any of its escapes", () => {
    const character = fc.constantFrom("a", "1", "\\", '"', "\n", "\0", "\x7f", "\xdc", "\ud83d");
    const string = fc.array(fc.record({ character, hex: fc.boolean() }), { maxLength: 4 });
    const entries = fc.array(fc.tuple(string, string), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(entries, { maxLength: 3 }), (objects) => {
        const text = objects.map((object) =>
          `{${object.map(([key, value]) => `${spell(key)}:${spell(value)}`).join(",")}}`
        );
        const expected = objects.map((object) =>
          Object.fromEntries(object.map(([key, value]) => [plain(key), plain(value)]))
        );
        expect(JSON.stringify(parseJson(`[${text.join(",")}]`))).toBe(JSON.stringify(expected));
      }),
      { numRuns: 2_000 },
    );
  });
});

type Spelled = readonly { readonly character: string; readonly hex: boolean }[];

function plain(string: Spelled): string {
  return string.map(({ character }) => character).join("");
}

function spell(string: Spelled): string {
  const parts = string.map(({ character, hex }) =>
    hex
      ? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
      : JSON.stringify(character).slice(1, -1)
  );
  return `"${parts.join("")}"`;
}
