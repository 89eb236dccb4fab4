/**
 * The JSON of random values of a type, as `docs/types.md` describes it. Independent of the service's own
 * codecs: the code under test must not decide what is expected of it.
 *
 * @module
 */
import fc from "fast-check";
import { Buffer } from "node:buffer";
import type { Primitive, StoredColumn, Type } from "./types_arbitrary.ts";
import {
  dateOf,
  durationOf,
  floatOf,
  inetOf,
  javaDecimal,
  type Json,
  jsonText,
  keyText,
  numberOf,
  timeOf,
  timestampOf,
} from "./value_texts.ts";

/** A value of a column, or null. */
export function valueOf({ type }: StoredColumn): fc.Arbitrary<Json> {
  return fc.option(jsonOf(type), { freq: 8 });
}

const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

function signed(bits: number): fc.Arbitrary<number> {
  const [min, max] = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  return fc.oneof(fc.constantFrom(min, -1, 0, 1, max), fc.integer({ min, max }));
}

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array));

/**
 * V8 15 takes a key that ends in an escape for one that ended in a backslash, where it has seen that one
 * in the same place: after the text `{"p":0,"a\\":0}`, it reads `{"p":0,"a\"":0}` with the key `a\`.
 */
const isSound = (text: string) => !text.endsWith("\\");

const text = fc.oneof(
  fc.constantFrom(
    "",
    "\0",
    "𝒳🦜",
    "__proto__",
    "null",
    '"',
    "a\\b",
    "\u2028",
    "a,b\r\n",
    "ﬀ",
    "e\u0301",
  ),
  fc.string({ unit: "binary" }),
).filter(isSound);

const JSON_OF: Readonly<Record<Primitive, fc.Arbitrary<Json>>> = {
  ascii: fc.oneof(fc.constantFrom("", "\0", "\x7f"), fc.string({ unit: "binary-ascii" })).filter(
    isSound,
  ),
  bigint: fc.oneof(
    fc.constantFrom(INT64.min, INT64.max, 2n ** 53n + 1n, 0n, -1n),
    fc.bigInt(INT64),
  ).map(String),
  blob: fc.uint8Array().map((array) => Buffer.from(array).toString("base64")),
  boolean: fc.boolean(),
  date: fc.oneof(
    fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, 0, -1, -719_529, -719_528, 2_932_896, 2_932_897),
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    fc.integer({ min: -1_000_000, max: 4_000_000 }),
  ).map(dateOf),
  decimal: fc.tuple(
    fc.oneof(fc.constantFrom(0n, 10n, -100n), fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n })),
    fc.oneof(
      fc.constantFrom(0, 1, -1, 7, 10_000, -10_000),
      fc.integer({ min: -40, max: 60 }),
    ),
  ).map(([unscaled, scale]) => javaDecimal(unscaled, scale)),
  double: fc.oneof(
    fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, 0.1, 2 ** 53),
    fc.double(),
  ).map(numberOf),
  duration: fc.tuple(
    fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    fc.oneof(fc.constantFrom(0n, INT64.max, 1n), fc.bigInt({ min: 0n, max: INT64.max })),
    fc.boolean(),
  ).map(durationOf),
  float: fc.oneof(
    fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 2 ** -149, 0.1, 16_777_217, 1e10),
    fc.float(),
  ).map(floatOf),
  inet: fc.oneof(bytes(4), bytes(16), fc.constant(Buffer.alloc(16))).map(inetOf),
  int: signed(32),
  smallint: signed(16),
  text,
  time: fc.oneof(
    fc.constantFrom(0n, 86_399_999_999_999n),
    fc.bigInt({ min: 0n, max: 86_399_999_999_999n }),
  ).map(timeOf),
  timestamp: fc.oneof(
    fc.constantFrom(INT64.min, INT64.max, 0n, -1n, -62_167_219_200_001n, 253_402_300_800_000n),
    fc.bigInt(INT64),
    fc.bigInt({ min: -8_640_000_000_000_000n, max: 8_640_000_000_000_000n }),
    fc.bigInt({ min: -12_219_292_800_000n, max: 253_402_300_799_999n }),
  ).map(timestampOf),
  timeuuid: fc.uuid({ version: 1 }),
  tinyint: signed(8),
  uuid: fc.uuid(),
  varchar: text,
  varint: fc.oneof(
    fc.constantFrom(0n, 127n, 128n, -128n, -129n, 2n ** 64n, -(2n ** 63n)),
    fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
  ).map(String),
};

/** A value of a type. */
export function jsonOf(type: Type): fc.Arbitrary<Json> {
  switch (type.kind) {
    case "list":
      return fc.array(jsonOf(type.of), { maxLength: 4 });
    case "set":
      return fc.uniqueArray(jsonOf(type.of), {
        maxLength: 4,
        selector: (json) => sameKey(type.of, json),
      });
    case "map":
      return fc.uniqueArray(fc.tuple(jsonOf(type.key), jsonOf(type.value)), {
        maxLength: 4,
        selector: ([key]) => sameKey(type.key, key),
      }).map((entries) => Object.fromEntries(entries.map(([key, value]) => [keyText(key), value])));
    case "tuple":
      return fc.tuple(...type.of.map((member) => fc.option(jsonOf(member))));
    case "udt":
      return fc.tuple(...type.fields.map((field) => fc.option(jsonOf(field.type)))).map((members) =>
        Object.fromEntries(type.fields.map(({ name }, index) => [name, members[index] ?? null]))
      );
    case "vector":
      return fc.array(jsonOf(type.of), { minLength: type.dimension, maxLength: type.dimension });
    default:
      return JSON_OF[type.kind];
  }
}

/**
 * Equal for what Cassandra takes for the same element: it compares decimals by their value. And for
 * what other readers cannot tell apart: the driver all instants beyond those of `Date`, `SELECT JSON`
 * all numbers that JSON does not have.
 */
function sameKey(type: Type, json: Json): string {
  return jsonText(mapPrimitives(type, json, ({ kind }, value) => {
    const isFloat = kind === "float" || kind === "double";
    if (isFloat && /^(NaN|-?Infinity)$/.test(String(value))) return null;
    if (kind === "timestamp" && isNaN(Date.parse(String(value)))) return "beyond";
    if (kind !== "decimal") return value;
    const [digits = "", power = "0"] = String(value).toLowerCase().split("e");
    const [whole = "", fraction = ""] = digits.split(".");
    const unscaled = (whole + fraction).replace(/^(-?)0+(?=\d)/, "$1").replace("-0", "0");
    if (unscaled === "0") return "0";
    const zeros = /0*$/.exec(unscaled)![0].length;
    return `${unscaled.slice(0, unscaled.length - zeros)}e${
      Number(power) - fraction.length + zeros
    }`;
  }, sortMembers));
}

/** A text that is the same for the same value, whatever the order of sets and maps. */
export function stable(type: Type, json: Json): string {
  return jsonText(mapPrimitives(type, json, (_, value) => value, sortMembers));
}

function sortMembers(members: Json[]): Json[] {
  return members.toSorted((one, other) => jsonText(one) < jsonText(other) ? -1 : 1);
}

/** A value with its primitives replaced, and the members of its sets and maps in another order. */
function mapPrimitives(
  type: Type,
  json: Json,
  change: (type: { readonly kind: Primitive }, json: Json) => Json,
  order: (members: Json[]) => Json[],
): Json {
  const inside = (of: Type, member: Json) => mapPrimitives(of, member, change, order);
  if (json === null) return null;
  switch (type.kind) {
    case "list":
    case "vector":
      return (json as Json[]).map((member) => inside(type.of, member));
    case "set":
      return order((json as Json[]).map((member) => inside(type.of, member)));
    case "map":
      return order(
        Object.entries(json).map(([key, value]) => [
          inside(type.key, keyOf(type.key, key)),
          inside(type.value, value),
        ]),
      );
    case "tuple":
      return type.of.map((of, index) => inside(of, (json as Json[])[index]!));
    case "udt":
      return type.fields.map(({ name, type }) =>
        inside(type, (json as Record<string, Json>)[name] ?? null)
      );
    default:
      return change(type, json);
  }
}

/** The JSON of a map's key from its text. */
function keyOf({ kind }: Type, text: string): Json {
  const isJson = ["list", "set", "map", "tuple", "udt", "vector", "boolean", "int", "smallint"];
  return isJson.includes(kind) ? JSON.parse(text) : text;
}
