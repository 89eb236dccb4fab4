import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { MINUS_ZERO } from "../../codec/json/minus_zero.ts";
import { withSplitTypes } from "./split_types.ts";

describe("withSplitTypes()", () => {
  const CASES = [
    [
      "a number that may be a string, or null",
      {
        type: ["number", "string", "null"],
        format: "double",
        pattern: "^NaN$",
        minimum: 0.5,
        description: "A number",
        example: 21.5,
      },
      {
        anyOf: [
          { type: "number", format: "double", minimum: 0.5 },
          { type: "string", pattern: "^NaN$" },
          { type: "null" },
        ],
        description: "A number",
        example: 21.5,
      },
    ],
    [
      "an integer as digits, whose width is that of both",
      { type: ["string", "integer"], format: "int64", pattern: "^\\d$" },
      {
        anyOf: [
          { type: "string", format: "int64", pattern: "^\\d$" },
          { type: "integer", format: "int64" },
        ],
      },
    ],
    [
      "a decimal, whose format is of strings",
      { type: ["string", "number"], format: "decimal" },
      { anyOf: [{ type: "string", format: "decimal" }, { type: "number" }] },
    ],
    [
      "each member of an enumeration by its type",
      { type: ["string", "integer", "null"], enum: ["1", 2, null] },
      {
        anyOf: [
          { type: "string", enum: ["1"] },
          { type: "integer", enum: [2] },
          { type: "null" },
        ],
      },
    ],
    [
      "a zero with a sign",
      { type: ["number", "string"], enum: [MINUS_ZERO, "NaN"] },
      { anyOf: [{ type: "number", enum: [MINUS_ZERO] }, { type: "string", enum: ["NaN"] }] },
    ],
    [
      "no type that an enumeration has no member of",
      { type: ["string", "integer", "null"], enum: ["1", null] },
      { type: ["string", "null"], enum: ["1", null] },
    ],
    [
      "the items of a list",
      { type: "array", items: { type: ["number", "string"] } },
      { type: "array", items: { anyOf: [{ type: "number" }, { type: "string" }] } },
    ],
    [
      "a property with the name of a keyword",
      { properties: { default: { type: ["number", "string"] }, properties: { type: "string" } } },
      {
        properties: {
          default: { anyOf: [{ type: "number" }, { type: "string" }] },
          properties: { type: "string" },
        },
      },
    ],
  ] as const;
  for (const [what, schema, expected] of CASES) {
    it(`splits ${what}`, () => {
      expect(withSplitTypes({ schema })).toEqual({ schema: expected });
    });
  }

  const LEFT = [
    ["one type, or null", { type: ["string", "null"], format: "date" }],
    ["an example", { type: "object", example: { type: ["number", "string"] } }],
    ["a property called type", { properties: { type: { type: "array", items: {} } } }],
    ["the sign of a zero", { minimum: MINUS_ZERO }],
  ] as const;
  for (const [what, schema] of LEFT) {
    it(`leaves ${what}`, () => {
      expect(withSplitTypes({ schema })).toEqual({ schema });
    });
  }
});
