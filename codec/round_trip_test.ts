import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import type { CqlType, Json, PrimitiveKind } from "./codec.ts";
import { codecFor } from "./codec_for.ts";
import { decodeAll, writeAll } from "../tests/support/codec/expect_codec.ts";
import { parseJson } from "./json/parse_json.ts";
import { decimalText, MAX_SCALE } from "./parts/decimal.ts";

// The same values every time, but with FC_SEED=$RANDOM.
fc.configureGlobal({ seed: Number(Deno.env.get("FC_SEED") ?? 1) });

/** A type, and the canonical JSON of one of its values. */
interface Sample {
  readonly type: CqlType;
  readonly json: Json;
}

const bytesOf = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes));

/** Every bit pattern of a fixed length is a value: what it decodes to is canonical by definition. */
const decoded = (kind: PrimitiveKind, length: number): fc.Arbitrary<Json> => {
  const codec = codecFor({ kind });
  return bytesOf(length).map((bytes) => codec.decode(bytes, 0, length));
};

const JSON_OF: Record<PrimitiveKind, fc.Arbitrary<Json>> = {
  ascii: fc.string({ unit: "binary-ascii" }),
  bigint: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  blob: fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("base64")),
  boolean: fc.boolean(),
  counter: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  date: decoded("date", 4),
  decimal: fc.record({
    unscaled: fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
    scale: fc.oneof(
      fc.integer({ min: -20, max: 60 }),
      fc.integer({ min: -MAX_SCALE, max: MAX_SCALE }),
    ),
  }).map(decimalText),
  double: decoded("double", 8),
  duration: fc.tuple(fc.nat(), fc.nat(), fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), fc.boolean())
    .map(([months, days, nanoseconds, negative]) => {
      const text = (months ? `${months}mo` : "") + (days ? `${days}d` : "") +
        (nanoseconds ? `${nanoseconds}ns` : "");
      return canonical({ kind: "duration" }, text === "" ? "0s" : negative ? `-${text}` : text);
    }),
  float: decoded("float", 4),
  inet: fc.oneof(
    decoded("inet", 4),
    decoded("inet", 16),
    fc.ipV6().map((ip) => canonical({ kind: "inet" }, ip)),
  ),
  int: fc.integer(),
  smallint: fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
  text: fc.string({ unit: "binary" }),
  time: fc.bigInt({ min: 0n, max: 86_399_999_999_999n }).map((ns) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(ns);
    return codecFor({ kind: "time" }).decode(bytes, 0, 8);
  }),
  timestamp: fc.oneof(
    decoded("timestamp", 8),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  ),
  timeuuid: fc.uuid({ version: 1 }),
  tinyint: fc.integer({ min: -128, max: 127 }),
  uuid: fc.uuid(),
  varint: fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }).map(String),
};

const primitiveType = fc.constantFrom(...Object.keys(JSON_OF) as PrimitiveKind[])
  .map((kind): CqlType => ({ kind }));

const anyType = fc.letrec<{ type: CqlType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    { arbitrary: primitiveType, weight: 3 },
    fc.record({ kind: fc.constantFrom("list" as const, "set" as const), of: tie("type") }),
    fc.record({ kind: fc.constant("map" as const), key: tie("type"), value: tie("type") }),
    fc.record({
      kind: fc.constant("tuple" as const),
      of: fc.array(tie("type"), { minLength: 1, maxLength: 4 }),
    }),
    fc.record({
      kind: fc.constant("udt" as const),
      name: fc.constant("thing"),
      fields: fc.uniqueArray(
        fc.record({ name: fc.oneof(fc.string(), fc.constant("__proto__")), type: tie("type") }),
        { selector: (field) => field.name, minLength: 1, maxLength: 4 },
      ),
    }),
    fc.record({
      kind: fc.constant("vector" as const),
      of: tie("type"),
      dimension: fc.integer({ min: 1, max: 5 }),
    }),
  ),
})).type;

const sample: fc.Arbitrary<Sample> = anyType.chain((type) =>
  jsonOf(type).map((json) => ({ type, json }))
);

/** Whether no two members are equal to Cassandra, however they are spelled. */
function holdsEachOnce(type: CqlType, json: Json): boolean {
  const issues = codecFor(type).input.safeParse(json).error?.issues ?? [];
  return !issues.some(({ message }) => message.includes("once, found"));
}

function jsonOf(type: CqlType): fc.Arbitrary<Json> {
  switch (type.kind) {
    case "list":
      return fc.array(jsonOf(type.of), { maxLength: 4 });
    case "set":
      return fc.uniqueArray(jsonOf(type.of), {
        maxLength: 4,
        selector: (json) => JSON.stringify(json),
      }).filter((json) => holdsEachOnce(type, json)).map((json) => canonical(type, json));
    case "map":
      return fc.uniqueArray(fc.tuple(jsonOf(type.key), jsonOf(type.value)), {
        maxLength: 4,
        selector: ([key]) => JSON.stringify(key),
      }).map((entries) =>
        Object.fromEntries(entries.map(([key, value]) => [
          typeof key === "string" ? key : JSON.stringify(key),
          value,
        ]))
      ).filter((json) => holdsEachOnce(type, json)).map((json) => canonical(type, json));
    case "tuple":
      return fc.tuple(...type.of.map((member) => fc.option(jsonOf(member))));
    case "udt":
      return fc.tuple(...type.fields.map((field) => fc.option(jsonOf(field.type)))).map((members) =>
        Object.fromEntries(type.fields.map(({ name }, index) => [name, members[index] ?? null]))
      );
    case "vector":
      return fc.array(jsonOf(type.of), { minLength: type.dimension, maxLength: type.dimension });
    case "unknown":
      throw new TypeError("Cannot make a value: the type is unknown");
    default:
      return JSON_OF[type.kind];
  }
}

/** Durations have many spellings, and sets and maps many orders. */
function canonical(type: CqlType, json: Json): Json {
  const codec = codecFor(type);
  const bytes = codec.encode(codec.input.parse(json));
  return codec.decode(bytes, 0, bytes.length);
}

describe("a codec", () => {
  it("gives back the JSON text that it was given, for any type and value", () => {
    fc.assert(
      fc.property(sample, ({ type, json }) => {
        const codec = codecFor(type);
        const text = JSON.stringify(json);
        const bytes = codec.encode(codec.input.parse(parseJson(text)));
        const back = decodeAll(codec, bytes);
        expect(JSON.stringify(back)).toBe(text);
        expect(codec.output.safeParse(back).success).toBe(true);
        expect(writeAll(codec, bytes)).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });

  it("takes as text what it takes as JSON", () => {
    fc.assert(
      fc.property(sample, ({ type, json }) => {
        const codec = codecFor(type);
        const text = typeof json === "string" ? json : JSON.stringify(json);
        const fromText = codec.encode(codec.text.parse(text)).toString("hex");
        expect(fromText).toBe(codec.encode(codec.input.parse(json)).toString("hex"));
      }),
      { numRuns: 500 },
    );
  });

  it("gives back every bit of the types that are bits", () => {
    const lengths = { bigint: 8, date: 4, int: 4, timestamp: 8, uuid: 16, inet: 16, smallint: 2 };
    for (const [kind, length] of Object.entries(lengths) as [PrimitiveKind, number][]) {
      const codec = codecFor({ kind });
      fc.assert(fc.property(bytesOf(length), (bytes) => {
        const json = codec.decode(bytes, 0, length);
        expect(codec.encode(codec.input.parse(json)).toString("hex")).toBe(bytes.toString("hex"));
        expect(writeAll(codec, bytes)).toBe(JSON.stringify(json));
      }));
    }
  });
});
