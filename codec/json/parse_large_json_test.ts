import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { finish } from "../../runtime/steps.ts";
import { ExactNumber } from "./exact_number.ts";
import { parseJson } from "./parse_json.ts";
import { parseJsonSteps } from "./parse_large_json.ts";

/** Longer than what `JSON.parse` reads at once. */
const PADDING = JSON.stringify("x".repeat(20_000));

/** What a parser makes of a text; of one that is not JSON, the message. */
function outcomeOf(parse: (text: string) => unknown, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return `not JSON: ${error.message}`;
    throw error;
  }
}

const VALUES = [
  "null",
  "true",
  "false",
  "0",
  "-0",
  "-0.0",
  "1.0",
  "1.5",
  "-12e3",
  "1E+2",
  "1e400",
  "9007199254740991",
  "9007199254740993",
  "-123456789012345678901234567890.0001",
  '""',
  '"é😀\u2028"',
  String.raw`"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"`,
  String.raw`"\ud800"`,
  "[]",
  "{}",
  " [ 1 ,\t2\r\n]\n",
  "[[],[[]],{}]",
  '{"a":1,"b":[2,{"c":null}]}',
  '{ "a" : 1 , "b" : 2 }',
  '{"b":1,"a":2,"2":3,"1":4}',
  '{"__proto__":1,"constructor":2,"":3}',
  String.raw`{"a\\":1,"a\n":2,"a\"":3}`,
];

const NOT_JSON = [
  "",
  " ",
  "nul",
  "nulll",
  "True",
  "undefined",
  "NaN",
  "-",
  "+1",
  "01",
  "1.",
  ".5",
  "1e",
  "0x1",
  "'a'",
  '"a',
  '"\n"',
  String.raw`"\x"`,
  String.raw`"\u12"`,
  "[1,]",
  "[,1]",
  "[1,,2]",
  "[1 2]",
  "[1",
  "[1}",
  "]",
  "{",
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  "{,}",
  "{1:2}",
  "{a:1}",
  '{"a":1]',
  '{"a" 1}',
  "1 2",
  "\u00a01",
  "\ufeff1",
];

describe("parseJsonSteps()", () => {
  for (const text of [...VALUES, ...NOT_JSON]) {
    it(`reads ${JSON.stringify(text)} in a large text as parseJson() does`, () => {
      for (const large of [`[${PADDING},${text}]`, `{"p":${PADDING},"v":${text}}`]) {
        const value = outcomeOf((each) => finish(parseJsonSteps(each)), large);
        expect(value).toEqual(outcomeOf(parseJson, large));
        expect(JSON.stringify(value)).toBe(JSON.stringify(outcomeOf(parseJson, large)));
      }
      // With nothing around it but white space.
      const alone = `${text}${" ".repeat(20_000)}`;
      expect(outcomeOf((each) => finish(parseJsonSteps(each)), alone))
        .toEqual(outcomeOf(parseJson, alone));
    });
  }

  for (
    const text of [
      '{"a":1,"a":2}',
      String.raw`{"a":1,"\u0061":2}`,
      '{"a":{},"b":1,"a":[]}',
      '{"__proto__":1,"__proto__":2}',
    ]
  ) {
    it(`refuses ${text} in a text of any size, and says where`, () => {
      const name = text.split('"')[1]!;
      for (const padding of ["1", PADDING]) {
        const nested = `{"p":[${padding},{"v":1},${text}]}`;
        expect(() => finish(parseJsonSteps(nested))).toThrow(
          expect.objectContaining({ path: ["p", 2, name] }),
        );
      }
    });
  }

  it("keeps numbers exactly", () => {
    const [, exact, rounded] = finish(parseJsonSteps(`[${PADDING},1e1,0.5]`)) as unknown[];
    expect(exact).toEqual(new ExactNumber("1e1"));
    expect(rounded).toBe(0.5);
  });

  it("reads text that is cut off anywhere as parseJson() does", () => {
    const whole = `{"a":[1,-2.5e3,"x\\n",{"b":null}],"p":${PADDING}}`;
    for (let length = 0; length <= 40; length++) {
      const cut = `[${PADDING},${whole.slice(0, length)}`;
      expect(outcomeOf((each) => finish(parseJsonSteps(each)), cut)).toEqual(
        outcomeOf(parseJson, cut),
      );
    }
  });

  it("pauses often in a text of many members, and not in a small one", () => {
    const stepsOf = (count: number) => {
      let steps = 0;
      const parsing = parseJsonSteps(`[${Array.from({ length: count }, () => "{}").join()}]`);
      while (!parsing.next().done) steps++;
      return steps;
    };
    expect(stepsOf(1_000)).toBe(0);
    expect(stepsOf(100_000)).toBeGreaterThan(1_000);
  });
});
