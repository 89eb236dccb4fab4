import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { boundsCheck } from "./bounds.ts";
import type { CqlType } from "../codec.ts";
import { codecFor } from "../codec_for.ts";
import { parseJson } from "../json/parse_json.ts";

interface Case {
  readonly type: CqlType | Extract<CqlType["kind"], "int" | "bigint">;
  readonly min?: string;
  readonly max?: string;
  /** JSON texts. */
  readonly within: readonly string[];
  readonly beyond: readonly string[];
}

const CASES: readonly Case[] = [
  { type: "int", min: "-1", max: "+1", within: ["-1", "0", "1"], beyond: ["-2", "2"] },
  { type: "int", min: "0.5", within: ["1"], beyond: ["0"] },
  {
    type: "bigint",
    min: "9007199254740992",
    max: "9007199254740993",
    within: ["9007199254740992", '"9007199254740993"'],
    beyond: ["9007199254740991", "9007199254740994", '"-9007199254740993"'],
  },
  {
    type: { kind: "counter" },
    min: "-5",
    max: "5",
    within: ["-5", '"5"', "0"],
    beyond: ["6", '"-6"'],
  },
  {
    type: { kind: "varint" },
    max: "100000000000000000000000000000000000001",
    within: ['"100000000000000000000000000000000000001"', "1e38", '"-1"'],
    beyond: ['"100000000000000000000000000000000000002"', "1e39"],
  },
  {
    type: { kind: "decimal" },
    min: "0.01",
    max: "99999999999999999.99",
    within: [
      '"0.01"',
      '"0.010"',
      "1e-2",
      '"99999999999999999.990"',
      "99999999999999999.99",
      "1E+16",
    ],
    beyond: [
      '"0.009999999999999999999999"',
      '"0"',
      '"-1"',
      '"99999999999999999.991"',
      '"1E+17"',
      '"1E-3"',
      '"0E+9"',
    ],
  },
  { type: { kind: "decimal" }, min: "0", within: ['"0.00"', '"0E+5"', "-0"], beyond: ['"-1E-9"'] },
  { type: { kind: "decimal" }, max: "-0.5", within: ['"-0.5"', '"-0.51"'], beyond: ['"-0.49"'] },
  {
    type: { kind: "double" },
    min: "0.1",
    max: "0.3",
    within: ["0.1", "0.3", "0.10000000000000000001"],
    beyond: ["0.30000000000000004", "0.09999999999999999", '"NaN"', '"Infinity"', "-1"],
  },
  { type: { kind: "double" }, min: "0", within: ["-0.0", '"Infinity"'], beyond: ['"-Infinity"'] },
  // What its 32 bits are worth is more than 0.1: what counts is how it is written.
  { type: { kind: "float" }, max: "0.1", within: ["0.1", "0.05"], beyond: ["0.10000001", "0.11"] },
  { type: { kind: "float" }, min: "16777217", within: ["16777218"], beyond: ["16777216"] },
  { type: { kind: "text" }, min: "1", max: "2", within: ['"a"', '"😀é"'], beyond: ['""', '"abc"'] },
  { type: { kind: "ascii" }, max: "2", within: ['""', '"ab"'], beyond: ['"abc"'] },
  {
    type: { kind: "list", of: { kind: "int" } },
    min: "1",
    max: "2",
    within: ["[7]", "[7,7]"],
    beyond: ["[]", "[1,2,3]"],
  },
  {
    type: { kind: "set", of: { kind: "text" } },
    max: "1",
    within: ["[]", '["a"]'],
    beyond: ['["a","b"]'],
  },
  {
    type: { kind: "map", key: { kind: "int" }, value: { kind: "int" } },
    max: "1",
    within: ["{}", '{"5":1}'],
    beyond: ['{"5":1,"6":1}'],
  },
];

describe("boundsCheck()", () => {
  for (const { type, min = null, max = null, within, beyond } of CASES) {
    const codec = codecFor(typeof type === "string" ? { kind: type } : type);
    it(`holds a ${codec.cql} between ${min} and ${max}`, () => {
      const isWithin = boundsCheck(codec, { min, max });
      for (const [texts, expected] of [[within, true], [beyond, false]] as const) {
        for (const text of texts) {
          expect([text, isWithin(codec.input.parse(parseJson(text)))]).toEqual([text, expected]);
        }
      }
    });
  }

  it("lets every value of a type that has no size", () => {
    const codec = codecFor({ kind: "uuid" });
    expect(codec.measure).toBeNull();
    expect(boundsCheck(codec, { min: "5", max: null })(codec)).toBe(true);
  });
});
