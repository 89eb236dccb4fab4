import type { z } from "@hono/zod-openapi";
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { BucketNumber, BucketUnit } from "../../catalog/query.ts";
import { NO_OPTIONS } from "../../catalog/tags/input/options/options.ts";
import { compilePattern } from "../../catalog/tags/input/options/pattern.ts";
import type { CqlType, PrimitiveKind } from "../../codec/codec.ts";
import { codecFor } from "../../codec/codec_for.ts";
import { parseJson } from "../../codec/json/parse_json.ts";
import { paramSchemaOf, type ParamTraits } from "./param_schema.ts";

type Source = Extract<ParamTraits["param"]["source"]["in"], "path" | "query" | "header" | "body">;

interface Options extends Partial<Omit<ParamTraits["param"], "source">> {
  readonly in?: Source;
  readonly similarity?: ParamTraits["similarity"];
  readonly isTimeuuidBound?: boolean;
  readonly isWriteTime?: boolean;
}

function schemaFor(type: CqlType | PrimitiveKind, options: Options = {}): z.ZodType<unknown> {
  const { in: source = "body", similarity, isTimeuuidBound, isWriteTime, ...others } = options;
  return paramSchemaOf({
    codec: codecFor(typeof type === "string" ? { kind: type } : type),
    param: { ...NO_OPTIONS, ...others, source: { in: source } },
    similarity: similarity ?? null,
    isTimeuuidBound: isTimeuuidBound ?? false,
    isWriteTime: isWriteTime ?? false,
  });
}

/** What is wrong with a value; null if nothing is. */
function mistake(schema: z.ZodType<unknown>, value: unknown): string | null {
  return schema.safeParse(value).error?.issues[0]?.message ?? null;
}

const LIST: CqlType = { kind: "list", of: { kind: "int" } };
const VECTOR: CqlType = { kind: "vector", of: { kind: "float" }, dimension: 2 };

describe("paramSchemaOf() by the place of a parameter", () => {
  it("takes JSON in the body, and text elsewhere", () => {
    expect(mistake(schemaFor("int"), 5)).toBeNull();
    expect(mistake(schemaFor("int"), "5")).not.toBeNull();
    for (const place of ["path", "query", "header"] as const) {
      expect([place, mistake(schemaFor("int", { in: place }), "5")]).toEqual([place, null]);
      expect([place, mistake(schemaFor("int", { in: place }), 5)]).not.toEqual([place, null]);
    }
  });

  it("takes a list in the query as the parameter once for each member, elsewhere as JSON text", () => {
    expect(mistake(schemaFor(LIST, { in: "query" }), ["1", "2"])).toBeNull();
    expect(mistake(schemaFor(LIST, { in: "query" }), "1")).toBeNull();
    expect(mistake(schemaFor(LIST, { in: "query" }), "[1]")).not.toBeNull();
    expect(mistake(schemaFor(LIST, { in: "header" }), "[1,2]")).toBeNull();
    expect(schemaFor(LIST, { in: "query" }).meta()).toMatchObject({
      type: "array",
      items: { type: "integer", format: "int32" },
    });
  });
});

describe("paramSchemaOf() with a unit", () => {
  it("takes only the names of its buckets, and says so", () => {
    const schema = schemaFor("text", { in: "path", by: "month" });
    expect(mistake(schema, "2010-01")).toBeNull();
    for (const name of ["2010-13", "2010", "2010-01-01", ""]) {
      expect(mistake(schema, name)).toBe('Expected a month, such as "2010-01"');
    }
    expect(schema.meta()).toEqual({
      type: "string",
      description: "A month (UTC), such as `2010-01`",
      example: "2010-01",
    });
  });

  const NAMES: readonly (readonly [
    PrimitiveKind,
    BucketUnit,
    BucketNumber | null,
    good: string,
    bad: readonly string[],
    description: string,
  ])[] = [
    [
      "text",
      "6h",
      null,
      "2010-01-31T18",
      ["2010-01-31T17", "2010-01-31"],
      "A bucket of 6 hours (UTC), such as `2010-01-31T18`",
    ],
    [
      "date",
      "month",
      null,
      "2010-01-01",
      ["2010-01-02", "+010000-01-01"],
      "A month (UTC), as its first day, such as `2010-01-01`",
    ],
    ["date", "day", null, "2000-02-29", ["-000001-12-31"], "A day (UTC), such as `2010-01-31`"],
    ["timestamp", "hour", null, "2010-01-31T23:00:00Z", [
      "2010-01-31T23:00:00.001Z",
      "+010000-01-01T00:00:00Z",
    ], "An hour (UTC), as its start, such as `2010-01-31T23:00:00.000Z`"],
    [
      "int",
      "day",
      null,
      "20100131",
      ["20100132", "-20100131", "14640"],
      "A day (UTC), as the digits of its name, such as `20100131`",
    ],
    [
      "int",
      "day",
      "count",
      "-1",
      ["2932897", "-719529"],
      "A day (UTC), as its number, counted from 1970-01-01T00:00Z, such as `14640`",
    ],
    [
      "bigint",
      "hour",
      "us",
      "3600000000",
      ["3600000001", "9223372036854775807"],
      "An hour (UTC), as its start in microseconds since 1970, such as `1264978800000000`",
    ],
  ];
  for (const [type, by, number, good, bad, description] of NAMES) {
    it(`takes a ${type} that names ${by} with ${number}`, () => {
      const schema = schemaFor(type, { in: "path", by, number });
      expect(mistake(schema, good)).toBeNull();
      for (const value of bad) expect([value, mistake(schema, value)]).not.toEqual([value, null]);
      const meta = schema.meta() ?? {};
      expect(meta.description).toBe(description);
      expect(meta.type).toBe(schemaFor(type, { in: "path" }).meta()?.type);
      expect(mistake(schema, `${meta.example}`)).toBeNull();
    });
  }
});

describe("paramSchemaOf() with bounds", () => {
  const refused: [
    type: CqlType | PrimitiveKind,
    options: Options,
    json: string,
    message: string,
  ][] = [
    ["int", { min: "1", max: "5" }, "6", "Expected a value from 1 to 5"],
    ["counter", { min: "-1" }, "-2", "Expected a value at least -1"],
    ["decimal", { max: "0.10" }, '"0.101"', "Expected a value at most 0.10"],
    ["varint", { max: "9007199254740993" }, "9007199254740994", "at most 9007199254740993"],
    ["text", { min: "1" }, '""', "Expected at least 1 character"],
    [LIST, { max: "1" }, "[1,2]", "Expected at most 1 member"],
    [LIST, { min: "0", max: "2" }, "[1,2,3]", "Expected from 0 to 2 members"],
    [LIST, { in: "query", max: "1" }, '["1","2"]', "Expected at most 1 member"],
    ["bigint", { in: "query", min: "0" }, '"-1"', "Expected a value at least 0"],
  ];
  for (const [type, options, json, message] of refused) {
    it(`refuses ${json} for ${JSON.stringify(type)} with ${JSON.stringify(options)}`, () => {
      expect(mistake(schemaFor(type, options), parseJson(json))).toContain(message);
    });
  }

  it("says what is wrong with a value before it says how large it is", () => {
    expect(mistake(schemaFor("int", { min: "1" }), "x")).toContain("Expected an integer");
  });

  const described: [
    type: CqlType | PrimitiveKind,
    options: Options,
    meta: Record<string, unknown>,
  ][] = [
    ["int", { min: "1", max: "5" }, {
      type: "integer",
      minimum: 1,
      maximum: 5,
      description: "An integer of 32 bits; from 1 to 5",
      example: undefined,
    }],
    ["int", { min: "1" }, { minimum: 1, maximum: 2147483647, example: 86400 }],
    // What the type cannot hold, a bound does not allow.
    ["tinyint", { min: "-1000", max: "1000" }, { minimum: -128, maximum: 127 }],
    ["double", { min: "0.1" }, { type: ["number", "string"], minimum: 0.1, example: 21.5 }],
    ["decimal", { min: "0.01", max: "99.99" }, {
      type: ["string", "number"],
      minimum: 0.01,
      maximum: 99.99,
      description: expect.stringMatching(/; from 0\.01 to 99\.99$/),
    }],
    ["decimal", { in: "query", max: "20" }, {
      type: "string",
      maximum: undefined,
      description: expect.stringMatching(/; at most 20$/),
      example: "12.50",
    }],
    // A JSON number of the document would be another.
    ["bigint", { min: "0", max: "9007199254740993" }, {
      minimum: 0,
      maximum: undefined,
      description: expect.stringMatching(/; from 0 to 9007199254740993$/),
    }],
    ["text", { min: "1", max: "20" }, { minLength: 1, maxLength: 20, description: "Text" }],
    [LIST, { max: "3" }, { maxItems: 3, minItems: undefined }],
    [{ kind: "map", key: { kind: "text" }, value: { kind: "int" } }, { max: "3" }, {
      maxProperties: 3,
    }],
  ];
  for (const [type, options, meta] of described) {
    it(`describes ${JSON.stringify(type)} with ${JSON.stringify(options)}`, () => {
      expect({ ...schemaFor(type, options).meta() }).toMatchObject(
        Object.fromEntries(Object.entries(meta).filter(([, value]) => value !== undefined)),
      );
      for (const [key, value] of Object.entries(meta)) {
        if (value === undefined) expect(schemaFor(type, options).meta()?.[key]).toBeUndefined();
      }
    });
  }
});

describe("paramSchemaOf() of a vector that is indexed", () => {
  it("takes only finite numbers, and for the cosine one that is not zero", () => {
    const cosine = schemaFor(VECTOR, { similarity: "COSINE" });
    const euclidean = schemaFor(VECTOR, { similarity: "EUCLIDEAN" });
    expect(mistake(cosine, [0, 1])).toBeNull();
    expect(mistake(euclidean, [0, 0])).toBeNull();
    expect(mistake(cosine, [0, 0])).toContain("other than zero");
    expect(mistake(cosine, [1, "NaN"])).toContain("finite numbers");
    expect(cosine.meta()).toMatchObject({ type: "array", minItems: 2 });
  });
});

describe("paramSchemaOf() of a write time", () => {
  const microseconds = (ms: number) => String((Date.now() + ms) * 1000);

  it("takes none that is far ahead, unless it is bounded", () => {
    const schema = schemaFor("bigint", { isWriteTime: true });
    expect(mistake(schema, microseconds(0))).toBeNull();
    expect(mistake(schema, microseconds(30_000))).toBeNull();
    expect(mistake(schema, microseconds(120_000))).toContain("not more than a minute ahead");
    const bounded = schemaFor("bigint", { isWriteTime: true, max: "9223372036854775807" });
    expect(mistake(bounded, microseconds(120_000))).toBeNull();
  });

  it("is described as what its type is", () => {
    expect(schemaFor("bigint", { isWriteTime: true }).meta()).toMatchObject({ format: "int64" });
  });
});

describe("paramSchemaOf() with a list of values", () => {
  it("takes those alone, numbers by their value, and says so", () => {
    const text = schemaFor("text", { enum: ["low", "high"] });
    expect([mistake(text, "low"), mistake(text, "Low"), mistake(text, "")]).toEqual([
      null,
      'Expected one of "low", "high"',
      'Expected one of "low", "high"',
    ]);
    expect(text.meta()).toMatchObject({ type: "string", enum: ["low", "high"], example: "low" });
    const decimal = schemaFor("decimal", { enum: ["1.50", "2"] });
    for (const value of ["1.5", "1.500", "15e-1", "2.00", 2]) {
      expect([value, mistake(decimal, value)]).toEqual([value, null]);
    }
    expect(mistake(decimal, "1.51")).toBe('Expected one of "1.50", "2"');
    expect(schemaFor("int", { in: "query", enum: ["1", "20"] }).meta()).toMatchObject({
      type: "integer",
      enum: [1, 20],
    });
    expect(mistake(schemaFor("float", { enum: ["0.1"] }), 0.1)).toBeNull();
  });

  it("is for each element of a list or set, and points at it", () => {
    for (const kind of ["list", "set"] as const) {
      for (
        const [of, good, bad] of [["text", "a", "c"], ["int", 1, 3], ["double", 0.5, -0]] as const
      ) {
        const values = of === "text" ? ["a", "b"] : ["1", "0.5", "2"].slice(of === "int" ? 2 : 0);
        const schema = schemaFor({ kind, of: { kind: of } }, {
          enum: of === "int" ? ["1", "2"] : values,
        });
        expect(mistake(schema, [good])).toBeNull();
        expect(schema.safeParse([good, bad]).error?.issues.map(({ path }) => path)).toEqual([[1]]);
      }
    }
    const query = schemaFor({ kind: "list", of: { kind: "text" } }, { in: "query", enum: ["a"] });
    expect(mistake(query, ["a", "a"])).toBeNull();
    expect(mistake(query, "b")).toBe('Expected one of "a"');
    expect(query.meta()).toMatchObject({ items: { enum: ["a"] } });
  });
});

describe("paramSchemaOf() with a pattern", () => {
  const pattern = compilePattern("[A-Z]{2}\\d*");
  if ("state" in pattern) throw new Error(pattern.state);

  it("matches the whole of a text, and says so", () => {
    const schema = schemaFor("text", { pattern, max: "5" });
    for (const good of ["DE", "DE123"]) expect([good, mistake(schema, good)]).toEqual([good, null]);
    for (const bad of ["", "de", "xDE1", "DE1x", "DE1\n"]) {
      expect([bad, mistake(schema, bad)]).toEqual([
        bad,
        "Expected text of the pattern ^(?:[A-Z]{2}\\d*)$",
      ]);
    }
    expect(schema.meta()).toMatchObject({ pattern: "^(?:[A-Z]{2}\\d*)$", maxLength: 5 });
  });

  it("is not matched with a text that is too long", () => {
    const seen: string[] = [];
    const spy = { ...pattern, matches: (text: string) => seen.push(text) > 0 };
    const schema = schemaFor("text", { pattern: spy, max: "5" });
    expect(mistake(schema, "DE1234")).toBe("Expected at most 5 characters");
    expect(schema.safeParse("DE1234").error?.issues).toHaveLength(1);
    expect(seen).toEqual([]);
    const list = schemaFor({ kind: "list", of: { kind: "text" } }, { pattern: spy, max: "2" });
    expect(mistake(list, ["a".repeat(257)])).not.toBeNull();
    expect(seen).toEqual([]);
    expect(mistake(list, ["a".repeat(256)])).toBeNull();
  });
});

describe("paramSchemaOf() of an end of a range of timeuuids", () => {
  it("takes the times that a timeuuid holds, to the millisecond", () => {
    const schema = schemaFor("timestamp", { isTimeuuidBound: true });
    for (
      const time of ["1582-10-15T00:00:00Z", "2010-01-01T00:00:00Z", "5236-03-31T21:21:00.683Z"]
    ) {
      expect([time, mistake(schema, time)]).toEqual([time, null]);
    }
    for (
      const time of ["1582-10-14T23:59:59.999Z", "5236-03-31T21:21:00.684Z", "0000-01-01T00:00:00Z"]
    ) {
      expect([time, mistake(schema, time)]).toEqual([
        time,
        "Expected a time from 1582-10-15 to 5236-03-31, which a timeuuid can hold",
      ]);
    }
    expect(schema.meta()).toMatchObject({ format: "date-time" });
  });
});
