import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { finish } from "../../runtime/steps.ts";
import { assertNesting, MAX_JSON_DEPTH, NestingError } from "./nesting.ts";
import { parseJsonSteps } from "./parse_large_json.ts";

const arrays = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const objects = (depth: number) => '{"a":'.repeat(depth - 1) + "{}" + "}".repeat(depth - 1);

const TAKEN: Readonly<Record<string, string>> = {
  "arrays as deep as allowed": arrays(MAX_JSON_DEPTH),
  "objects as deep as allowed": objects(MAX_JSON_DEPTH),
  "many arrays beside each other": `[${Array.from({ length: 1_000 }, () => "[]").join()}]`,
  "brackets in a string": JSON.stringify(["[".repeat(1_000), "{".repeat(1_000)]),
  "brackets in a key": JSON.stringify({ ["[".repeat(1_000)]: 1 }),
  "brackets after an escaped quote": JSON.stringify([`"${"[".repeat(1_000)}`]),
  "brackets after an escaped backslash": `["\\\\", "${"[".repeat(1_000)}"]`,
};

const REFUSED: Readonly<Record<string, string>> = {
  "an array too deep": arrays(MAX_JSON_DEPTH + 1),
  "an object too deep": objects(MAX_JSON_DEPTH + 1),
  "arrays and objects in turn": '[{"a":'.repeat(33) + "1" + "}]".repeat(33),
  "arrays after a string that ends in a backslash": `["\\\\", ${arrays(MAX_JSON_DEPTH)}]`,
  "arrays that never end": "[".repeat(100_000),
};

/** White space that makes a text large, so that it is parsed in steps. */
const PADDING = " ".repeat(20_000);

describe("assertNesting()", () => {
  for (const [what, text] of Object.entries(TAKEN)) {
    it(`takes ${what}, as parseJsonSteps() does in small and large texts`, () => {
      assertNesting(text);
      for (const each of [text, text + PADDING]) {
        expect(finish(parseJsonSteps(each))).toEqual(JSON.parse(text));
      }
    });
  }
  for (const [what, text] of Object.entries(REFUSED)) {
    it(`refuses ${what}, as parseJsonSteps() does in small and large texts`, () => {
      expect(() => assertNesting(text)).toThrow(NestingError);
      for (const each of [text, PADDING + text]) {
        expect(() => finish(parseJsonSteps(each))).toThrow(NestingError);
      }
    });
  }
});
