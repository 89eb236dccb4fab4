import { OpenAPIHono, z } from "@hono/zod-openapi";
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import type { Codec, CqlType } from "./codec.ts";
import { codecFor, UnsupportedTypeError } from "./codec_for.ts";
import { decodeAll } from "../tests/support/codec/expect_codec.ts";
import { orNull } from "./or_null.ts";
import { primitives } from "./primitives.ts";

const TYPES: CqlType[] = [
  ...Object.keys(primitives).map((kind) => ({ kind }) as CqlType),
  { kind: "list", of: { kind: "bigint" } },
  { kind: "set", of: { kind: "blob" } },
  { kind: "map", key: { kind: "int" }, value: { kind: "inet" } },
  { kind: "tuple", of: [{ kind: "text" }, { kind: "timestamp" }] },
  { kind: "udt", name: "place", fields: [{ name: "city", type: { kind: "text" } }] },
  { kind: "vector", of: { kind: "float" }, dimension: 3 },
];

describe("codecFor()", () => {
  it("takes its own examples, in JSON and as text, and gives them back", () => {
    for (const codec of TYPES.map(codecFor)) {
      const example = codec.output.meta()?.example;
      expect(decodeAll(codec, codec.encode(codec.input.parse(example)))).toEqual(example);
      expect(codec.output.parse(example)).toEqual(example);
      const text = typeof example === "string" ? example : JSON.stringify(example);
      expect(decodeAll(codec, codec.encode(codec.text.parse(text)))).toEqual(example);
    }
  });

  it("takes no null, nothing missing, and in text no list of strings", () => {
    for (const { cql, input, output, text } of TYPES.map(codecFor)) {
      for (const nothing of [null, undefined]) {
        for (const schema of [input, output, text]) {
          expect([cql, schema.safeParse(nothing).success]).toEqual([cql, false]);
        }
      }
      expect([cql, text.safeParse(["a", "b"]).error?.issues[0]?.message])
        .toEqual([
          cql,
          expect.stringMatching(/^Expected one value, found 2(: send one JSON text, an |$)/),
        ]);
    }
  });

  it("writes other types as code in its descriptions: in Markdown, <text> is a tag that nobody sees", () => {
    const nested = TYPES.flatMap((of): CqlType[] => [
      of,
      { kind: "set", of: { kind: "text" } },
      { kind: "list", of: { kind: "set", of } },
      { kind: "map", key: { kind: "list", of }, value: { kind: "list", of } },
      { kind: "tuple", of: [{ kind: "list", of }, of] },
      { kind: "vector", of: { kind: "list", of }, dimension: 2 },
      { kind: "udt", name: '"<b>"', fields: [{ name: "city", type: of }] },
    ]);
    for (const { cql, input, output, text, repeated } of nested.map(codecFor)) {
      for (const schema of [input, output, text, ...(repeated === null ? [] : [repeated])]) {
        const prose = String(schema.meta()?.description).replace(/`[^`]*`/g, "");
        expect([cql, prose]).toEqual([cql, expect.not.stringContaining("<")]);
      }
    }
  });

  it("decodes zero bytes as null, but for the types that have such a value", () => {
    for (const codec of TYPES.map(codecFor)) {
      const isText = ["ascii", "blob", "text"].includes(codec.cql);
      expect([codec.cql, codec.decode(Buffer.alloc(3), 1, 1)]).toEqual([
        codec.cql,
        isText ? "" : null,
      ]);
    }
    const list = codecFor({ kind: "list", of: { kind: "int" } });
    expect(list.decode(Buffer.from("0000000100000000", "hex"), 0, 8)).toEqual([null]);
  });

  it("identifies values as Cassandra does, by what it decodes", () => {
    const decimal: CqlType = { kind: "decimal" };
    const text: CqlType = { kind: "text" };
    const cases: [CqlType, one: unknown, other: unknown, same: boolean][] = [
      [text, "a", "a", true],
      [text, "a", "A", false],
      [{ kind: "double" }, 0, -0, false],
      [decimal, "1.0", "1.00", true],
      [decimal, "1.0", "1.01", false],
      [decimal, "1e2", "100", true],
      [{ kind: "set", of: text }, ["a", "b"], ["b", "a"], true],
      [{ kind: "set", of: text }, ["a", "b"], ["a"], false],
      [{ kind: "list", of: text }, ["a", "b"], ["b", "a"], false],
      [{ kind: "map", key: text, value: text }, { a: "1", b: "2" }, { b: "2", a: "1" }, true],
      [{ kind: "map", key: text, value: text }, { a: "1" }, { a: "2" }, false],
      [{ kind: "tuple", of: [decimal, text] }, ["1", null], ["1.0", null], true],
      [{ kind: "tuple", of: [decimal, text] }, ["1", null], ["1.0", ""], false],
      [
        { kind: "set", of: { kind: "tuple", of: [{ kind: "double" }] } },
        [[0], [-0]],
        [[-0], [0]],
        true,
      ],
    ];
    for (const [type, one, other, same] of cases) {
      const codec = codecFor(type);
      const identityOf = (json: unknown) =>
        codec.identify(decodeAll(codec, codec.encode(codec.input.parse(json))));
      expect([codec.cql, one, other, identityOf(one) === identityOf(other)])
        .toEqual([codec.cql, one, other, same]);
    }
    expect(codecFor(decimal).identify(null)).toBe("null");
  });

  it("has an output schema that takes the canonical form only", () => {
    const uuid = codecFor({ kind: "list", of: { kind: "uuid" } }).output;
    expect(uuid.safeParse(["f81d4fae-7dec-41d0-a765-00a0c91e6bf6"]).success).toBe(true);
    expect(uuid.safeParse(["F81D4FAE-7DEC-41D0-A765-00A0C91E6BF6"]).success).toBe(false);
    expect(codecFor({ kind: "bigint" }).output.safeParse(5).success).toBe(false);
    expect(codecFor({ kind: "double" }).output.safeParse("-0").success).toBe(false);
    expect(codecFor({ kind: "double" }).output.safeParse(-0).success).toBe(true);
  });

  it("throws for a type without a codec, wherever it stands", () => {
    const unknown: CqlType = { kind: "unknown", name: "com.example.MoneyType" };
    const types: CqlType[] = [
      unknown,
      { kind: "list", of: unknown },
      { kind: "map", key: { kind: "text" }, value: { kind: "tuple", of: [unknown] } },
      { kind: "udt", name: "price", fields: [{ name: "amount", type: unknown }] },
    ];
    for (const type of types) {
      expect(() => codecFor(type)).toThrow(UnsupportedTypeError);
      expect(() => codecFor(type)).toThrow('the type "com.example.MoneyType"');
    }
  });

  it("places the issues of a composite within the body's", () => {
    const { input } = codecFor({ kind: "list", of: { kind: "int" } });
    const { error } = z.object({ ids: input, names: input }).safeParse({ ids: [1, "x"] });
    expect(error?.issues.map((issue) => issue.path)).toEqual([["ids", 1], ["names"]]);
  });
});

describe("the schemas of codecFor()", () => {
  it("render in OpenAPI 3.1 as they say", () => {
    for (const codec of TYPES.map(codecFor)) {
      for (const side of ["output", "input", "text"] as const) {
        const rendered = render(codec, side);
        expect(rendered).toEqual(JSON.parse(JSON.stringify(codec[side].meta())));
        expect(rendered).toMatchObject({
          type: expect.anything(),
          description: expect.any(String),
          example: expect.anything(),
        });
      }
    }
  });

  it("have the formats that clients know", () => {
    const cases: [CqlType, "output" | "input" | "text", Record<string, unknown>][] = [
      [{ kind: "int" }, "output", { type: "integer", format: "int32", minimum: -2147483648 }],
      [{ kind: "int" }, "text", { type: "integer", format: "int32" }],
      [{ kind: "bigint" }, "output", { type: "string", format: "int64" }],
      [{ kind: "bigint" }, "input", { type: ["string", "integer"], format: "int64" }],
      [{ kind: "double" }, "input", { type: ["number", "string"], format: "double" }],
      [{ kind: "blob" }, "input", { type: "string", contentEncoding: "base64" }],
      [{ kind: "timestamp" }, "input", { type: "string", format: "date-time" }],
      [{ kind: "date" }, "output", { type: "string", format: "date" }],
      [{ kind: "time" }, "output", { type: "string", format: "time-local" }],
      [{ kind: "time" }, "input", { type: "string", format: "time-local" }],
      [{ kind: "decimal" }, "output", { type: "string", format: "decimal" }],
      [{ kind: "decimal" }, "input", { type: ["string", "number"], format: "decimal" }],
      [{ kind: "uuid" }, "text", { type: "string", format: "uuid" }],
      [{ kind: "list", of: { kind: "uuid" } }, "output", {
        type: "array",
        items: { type: "string", format: "uuid" },
      }],
      [{ kind: "map", key: { kind: "int" }, value: { kind: "text" } }, "input", {
        type: "object",
        additionalProperties: { type: "string" },
      }],
      [{ kind: "tuple", of: [{ kind: "text" }] }, "input", {
        type: "array",
        prefixItems: [{ type: ["string", "null"] }],
        minItems: 1,
        maxItems: 1,
      }],
      [{ kind: "list", of: { kind: "int" } }, "text", {
        type: "string",
        contentMediaType: "application/json",
        contentSchema: { type: "array", items: { type: "integer" } },
      }],
    ];
    for (const [type, side, expected] of cases) {
      expect(render(codecFor(type), side)).toMatchObject(expected);
    }
  });
});

describe("orNull()", () => {
  it("takes null, and says so in OpenAPI", () => {
    for (const codec of TYPES.map(codecFor)) {
      for (const side of ["output", "input"] as const) {
        const schema = orNull(codec[side]);
        expect(schema.parse(null)).toBe(null);
        const { type, ...rest } = render(codec, side);
        expect(render({ ...codec, [side]: schema }, side))
          .toEqual({ ...rest, type: [type, "null"].flat() });
      }
    }
  });
});

/** The schema as it stands in the OpenAPI document, as the required member of an object. */
function render(codec: Codec, side: "output" | "input" | "text"): Record<string, unknown> {
  const app = new OpenAPIHono();
  app.openAPIRegistry.register("Body", z.object({ member: codec[side] }));
  const document = app.getOpenAPI31Document({ openapi: "3.1.0", info: { title: "", version: "" } });
  const body = document.components?.schemas?.Body;
  expect(body).toMatchObject({ required: ["member"] });
  return JSON.parse(JSON.stringify(body)).properties.member;
}
