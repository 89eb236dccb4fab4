import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Buffer } from "node:buffer";
import type { CqlType } from "../../../codec/codec.ts";
import { codecFor } from "../../../codec/codec_for.ts";
import { parseJson } from "../../../codec/json/parse_json.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import { compileClaim } from "./claim.ts";

/** What a claim of that JSON becomes for a column of that type, as its codec writes it in JSON. */
function read(type: CqlType, json: string): unknown {
  const codec = codecFor(type);
  const bytes = compileClaim(codec, "org")(parseJson(`{"org":${json}}`) as Record<string, unknown>);
  return codec.decode(bytes, 0, bytes.length);
}

function refusalOf(action: () => unknown): ServiceError {
  try {
    action();
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
  throw new Error("Cannot see a refusal: the claim was taken");
}

const text: CqlType = { kind: "text" };
const list: CqlType = { kind: "list", of: text };
const PLACE: CqlType = { kind: "udt", name: "place", fields: [{ name: "city", type: text }] };

describe("compileClaim()", () => {
  const TAKEN: [CqlType, string, unknown][] = [
    [text, '"acme"', "acme"],
    [text, '" "', " "],
    [text, '"9007199254740993"', "9007199254740993"],
    [text, '"[\\"acme\\"]"', '["acme"]'],
    [{ kind: "ascii" }, '"acme"', "acme"],
    [{ kind: "bigint" }, "9007199254740993", "9007199254740993"],
    [{ kind: "bigint" }, "9007199254740992", "9007199254740992"],
    [{ kind: "bigint" }, '"9007199254740993"', "9007199254740993"],
    [{ kind: "bigint" }, "-9223372036854775808", "-9223372036854775808"],
    [{ kind: "bigint" }, "1e2", "100"],
    [{ kind: "bigint" }, "100.0", "100"],
    [{ kind: "varint" }, "1e30", "1000000000000000000000000000000"],
    [{ kind: "int" }, "5", 5],
    [{ kind: "int" }, '"5"', 5],
    [{ kind: "int" }, "5.0", 5],
    [{ kind: "smallint" }, "-32768", -32768],
    [{ kind: "tinyint" }, '"0"', 0],
    [{ kind: "decimal" }, "1.50", "1.50"],
    [{ kind: "decimal" }, '"1.50"', "1.50"],
    [{ kind: "double" }, "0.1", 0.1],
    [{ kind: "double" }, "1.0", 1],
    [{ kind: "float" }, "0.1", 0.1],
    [{ kind: "boolean" }, "true", true],
    [{ kind: "boolean" }, "false", false],
    [{ kind: "boolean" }, '"false"', false],
    [
      { kind: "uuid" },
      '"c59cadbc-043d-436d-b8f6-3356f372fce6"',
      "c59cadbc-043d-436d-b8f6-3356f372fce6",
    ],
    [{ kind: "timestamp" }, '"2010-01-01T00:00:00Z"', "2010-01-01T00:00:00.000Z"],
    [{ kind: "inet" }, '"192.0.2.1"', "192.0.2.1"],
    [{ kind: "blob" }, '"yv66vg=="', "yv66vg=="],
    [list, '["a","b"]', ["a", "b"]],
    [list, "[]", []],
    [{ kind: "set", of: { kind: "bigint" } }, "[9007199254740993]", ["9007199254740993"]],
    [{ kind: "map", key: text, value: text }, '{"__proto__":"a"}', JSON.parse('{"__proto__":"a"}')],
    [PLACE, '{"city":"Hull"}', { city: "Hull" }],
    [{ kind: "decimal" }, '"0.50"', "0.50"],
    [{ kind: "float" }, '"NaN"', "NaN"],
    [{ kind: "set", of: { kind: "float" } }, '[0.10, 1e1, "NaN"]', [0.1, 10, "NaN"]],
    [{ kind: "map", key: { kind: "double" }, value: text }, '{"0.10":"a"}', { "0.1": "a" }],
    [
      { kind: "tuple", of: [{ kind: "timestamp" }, { kind: "double" }] },
      '["2010-01-01T00:00:00Z",null]',
      ["2010-01-01T00:00:00.000Z", null],
    ],
  ];
  for (const [type, json, value] of TAKEN) {
    it(`takes ${json} for ${codecFor(type).cql}`, () => {
      expect(read(type, json)).toEqual(value);
    });
  }

  const REFUSED: [CqlType, string, string][] = [
    [text, "null", "null"],
    [text, '""', "an empty string"],
    [text, "9007199254740993", "a number"],
    [text, "5", "a number"],
    [text, "1.0", "a number"],
    [text, "true", "a boolean"],
    [text, '["acme"]', "an array"],
    [text, '{"a":1}', "an object"],
    [text, '"\\ud800"', "a string of another form"],
    [{ kind: "ascii" }, '"é"', "a string of another form"],
    [{ kind: "bigint" }, "9223372036854775808", "a number that does not fit"],
    [{ kind: "bigint" }, "1.5", "a number that does not fit"],
    [{ kind: "bigint" }, "1e400", "a number that does not fit"],
    [{ kind: "bigint" }, '"007"', "a string of another form"],
    [{ kind: "bigint" }, '"-0"', "a string of another form"],
    [{ kind: "bigint" }, '"+7"', "a string of another form"],
    [{ kind: "bigint" }, '" 7"', "a string of another form"],
    [{ kind: "bigint" }, '"1e2"', "a string of another form"],
    [{ kind: "bigint" }, '"seven"', "a string of another form"],
    [{ kind: "bigint" }, "true", "a boolean"],
    [{ kind: "bigint" }, "[7]", "an array"],
    [{ kind: "int" }, "2147483648", "a number that does not fit"],
    [{ kind: "int" }, '"2147483648"', "a string of another form"],
    [{ kind: "varint" }, "1e5000000", "a number that does not fit"],
    [{ kind: "double" }, "9007199254740993", "a number that does not fit"],
    [{ kind: "double" }, "0.10000000000000000001", "a number that does not fit"],
    [{ kind: "double" }, '"0.10000000000000000001"', "a string of another form"],
    [{ kind: "float" }, "0.123456789", "a number that does not fit"],
    [{ kind: "decimal" }, '"01.5"', "a string of another form"],
    [{ kind: "decimal" }, '"-00"', "a string of another form"],
    [{ kind: "double" }, '"01"', "a string of another form"],
    [{ kind: "boolean" }, "1", "a number"],
    [{ kind: "boolean" }, '"yes"', "a string of another form"],
    [{ kind: "uuid" }, '"acme"', "a string of another form"],
    [{ kind: "timestamp" }, "1262304000", "a number"],
    [{ kind: "inet" }, "3221225985", "a number"],
    [{ kind: "blob" }, '"yv66vg"', "a string of another form"],
    [list, '"[\\"a\\"]"', "a string"],
    [list, '"a"', "a string"],
    [list, "1.0", "a number"],
    [list, "[1]", "an array"],
    [list, "[null]", "an array"],
    [list, "{}", "an object"],
    [{ kind: "list", of: { kind: "double" } }, "[0.10000000000000000001]", "an array"],
    [{ kind: "list", of: { kind: "float" } }, "[0.1, 0.123456789]", "an array"],
    [{ kind: "map", key: { kind: "float" }, value: text }, '{"0.123456789":"a"}', "an object"],
    [
      { kind: "tuple", of: [{ kind: "vector", of: { kind: "float" }, dimension: 1 }] },
      "[[0.123456789]]",
      "an array",
    ],
    [PLACE, "[]", "an array"],
    [PLACE, '{"town":"Hull"}', "an object"],
  ];
  for (const [type, json, found] of REFUSED) {
    const { cql } = codecFor(type);
    it(`refuses ${json} for ${cql}`, () => {
      const { code, detail } = refusalOf(() => read(type, json));
      expect([code, detail]).toEqual([
        "missing_claim",
        `This route takes a "${cql}" from the token's claim "org", which is ${found}: get a token that has it`,
      ]);
    });
  }

  const NESTED: [path: string, json: string, tenant: string | null][] = [
    ["org.id", '{"org":{"id":"acme"}}', "acme"],
    ["org.id", '{"org.id":"acme"}', null],
    ['"org.id"', '{"org.id":"acme"}', "acme"],
    ['"org.id"', '{"org":{"id":"acme"}}', null],
    ["org.id", '{"org":"acme"}', null],
    ["org.0", '{"org":["acme"]}', null],
    ["org.length", '{"org":"acme"}', null],
    ["org.source", '{"org":9007199254740993}', null],
    ['a."my.api".b', '{"a":{"my.api":{"b":"acme"}}}', "acme"],
    ['"https://acme.example/tenant"', '{"https://acme.example/tenant":"acme"}', "acme"],
    ["org.__proto__.id", '{"org":{"id":"acme"}}', null],
  ];
  for (const [path, json, tenant] of NESTED) {
    it(`${tenant === null ? "finds nothing" : "finds the value"} at ${path} of ${json}`, () => {
      const readClaim = compileClaim(codecFor(text), path);
      const claims = parseJson(json) as Record<string, unknown>;
      if (tenant !== null) return expect(readClaim(claims).toString()).toBe(tenant);
      expect(refusalOf(() => readClaim(claims)).detail).toContain("which is missing");
    });
  }

  it("takes no claim that objects inherit, and one that is called so", () => {
    const readClaim = (claim: string, json: string): Buffer =>
      compileClaim(codecFor(text), claim)(parseJson(json) as Record<string, unknown>);
    for (const claim of ["__proto__", "constructor", "toString"]) {
      expect(refusalOf(() => readClaim(claim, "{}")).detail).toContain("which is missing");
      expect(readClaim(claim, `{"${claim}":"acme"}`).toString()).toBe("acme");
    }
  });
});
