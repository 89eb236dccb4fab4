/**
 * Random CQL types, and the JSON of random values as `docs/types.md` describes it. Independent of
 * the service's own codecs: the code under test must not decide what is expected of it.
 *
 * @module
 */
import fc from "fast-check";
import { Buffer } from "node:buffer";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const PRIMITIVES = [
  "ascii",
  "bigint",
  "blob",
  "boolean",
  "date",
  "decimal",
  "double",
  "duration",
  "float",
  "inet",
  "int",
  "smallint",
  "text",
  "time",
  "timestamp",
  "timeuuid",
  "tinyint",
  "uuid",
  "varchar",
  "varint",
] as const;

export type Primitive = typeof PRIMITIVES[number];

export type Type =
  | { readonly kind: Primitive }
  | { readonly kind: "list" | "set"; readonly of: Type }
  | { readonly kind: "map"; readonly key: Type; readonly value: Type }
  | { readonly kind: "tuple"; readonly of: readonly Type[] }
  | { readonly kind: "udt"; readonly name: string; readonly fields: readonly Field[] }
  | { readonly kind: "vector"; readonly of: Type; readonly dimension: number };

export interface Field {
  readonly name: string;
  readonly type: Type;
}

export interface StoredColumn {
  readonly type: Type;
  readonly frozen: boolean;
  /** The `CREATE TYPE` statements that it needs, the innermost first. */
  readonly types: readonly string[];
}

export interface Table {
  readonly columns: readonly StoredColumn[];
}

const FIELD_NAMES = ["street", "zip", "Upper Case", "__proto__", "constructor", "ñandú", "select"];

const vectorType = fc.record({
  kind: fc.constant("vector" as const),
  of: fc.constantFrom(...PRIMITIVES).map((kind): Type => ({ kind })),
  dimension: fc.integer({ min: 1, max: 5 }),
});

/** Durations have no order, so that neither sets nor the keys of maps may hold them. */
function typeOf(options: { durations: boolean; depth: number }): fc.Arbitrary<Type> {
  const { durations, depth } = options;
  const primitive = fc.constantFrom(
    ...PRIMITIVES.filter((kind) => durations || kind !== "duration"),
  )
    .map((kind): Type => ({ kind }));
  if (depth === 0) return primitive;
  const inner = typeOf({ durations, depth: depth - 1 });
  const ordered = typeOf({ durations: false, depth: depth - 1 });
  return fc.oneof(
    { arbitrary: primitive, weight: 3 },
    fc.record({ kind: fc.constant("list" as const), of: inner }),
    fc.record({ kind: fc.constant("set" as const), of: ordered }),
    fc.record({ kind: fc.constant("map" as const), key: ordered, value: inner }),
    fc.record({
      kind: fc.constant("tuple" as const),
      of: fc.array(inner, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant("udt" as const),
      name: fc.uuid().map((id) => `t_${id.replaceAll("-", "")}`),
      fields: fc.uniqueArray(
        fc.record({ name: fc.constantFrom(...FIELD_NAMES), type: inner }),
        { selector: ({ name }) => name, minLength: 1, maxLength: 3 },
      ),
    }),
    vectorType,
  );
}

export const tables: fc.Arbitrary<Table> = fc.record({
  columns: fc.array(
    fc.record({ type: typeOf({ durations: true, depth: 3 }), frozen: fc.boolean() })
      .map(({ type, frozen }): StoredColumn => ({
        type,
        // Tuples and vectors always are; primitives have nothing to freeze.
        frozen: frozen || !["list", "set", "map", "udt"].includes(type.kind),
        types: createTypes(type),
      })),
    { minLength: 3, maxLength: 3 },
  ),
});

export function columnType({ type, frozen }: StoredColumn): string {
  return typeName(type, frozen);
}

/** A collection or user-defined type inside another must be frozen. */
function typeName(type: Type, frozen: boolean): string {
  const freeze = (name: string) => frozen ? `frozen<${name}>` : name;
  switch (type.kind) {
    case "list":
    case "set":
      return freeze(`${type.kind}<${typeName(type.of, true)}>`);
    case "map":
      return freeze(`map<${typeName(type.key, true)}, ${typeName(type.value, true)}>`);
    case "tuple":
      return `tuple<${type.of.map((of) => typeName(of, true)).join(", ")}>`;
    case "udt":
      return freeze(type.name);
    case "vector":
      return `vector<${typeName(type.of, true)}, ${type.dimension}>`;
    default:
      return type.kind;
  }
}

function createTypes(type: Type): string[] {
  switch (type.kind) {
    case "list":
    case "set":
    case "vector":
      return createTypes(type.of);
    case "map":
      return [...createTypes(type.key), ...createTypes(type.value)];
    case "tuple":
      return type.of.flatMap(createTypes);
    case "udt": {
      const fields = type.fields.map(({ name, type }) => `"${name}" ${typeName(type, true)}`);
      return [
        ...type.fields.flatMap(({ type }) => createTypes(type)),
        `CREATE TYPE ${type.name} (${fields.join(", ")});`,
      ];
    }
    default:
      return [];
  }
}

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

function jsonOf(type: Type): fc.Arbitrary<Json> {
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

/** The key of a JSON object for a map's key. */
export function keyText(key: Json): string {
  return typeof key === "string" ? key : jsonText(key);
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

const MS_PER_DAY = 86_400_000;
const DAYS_OF_400_YEARS = 146_097;

/** Days since 1970 as a date. `Date` knows 100 million days; the calendar repeats after 400 years. */
export function dateOf(days: number): string {
  const cycles = Math.trunc(days / DAYS_OF_400_YEARS);
  const date = new Date((days - cycles * DAYS_OF_400_YEARS) * MS_PER_DAY);
  const year = date.getUTCFullYear() + 400 * cycles;
  const digits = String(Math.abs(year)).padStart(year >= 0 && year <= 9999 ? 4 : 6, "0");
  const sign = year < 0 ? "-" : year > 9999 ? "+" : "";
  return `${sign}${digits}${date.toISOString().slice(-19, -14)}`.replace(/(\d\d-\d\d)$/, "-$1");
}

export function timestampOf(ms: bigint): string {
  const day = BigInt(MS_PER_DAY);
  const ofDay = (ms % day + day) % day;
  const date = dateOf(Number((ms - ofDay) / day));
  return `${date}T${new Date(Number(ofDay)).toISOString().slice(11)}`;
}

export function timeOf(ns: bigint): string {
  const seconds = new Date(Number(ns / 1_000_000_000n) * 1000).toISOString().slice(11, 19);
  return `${seconds}.${String(ns % 1_000_000_000n).padStart(9, "0")}`;
}

export function numberOf(value: number): Json {
  return Number.isFinite(value) ? value : String(value);
}

/** The shortest decimal that is still this float. */
export function floatOf(number: number): Json {
  const value = Math.fround(number);
  const digits = [1, 2, 3, 4, 5, 6, 7, 8, 9].find((digits) =>
    Math.fround(Number(value.toPrecision(digits))) === value
  );
  return numberOf(digits === undefined ? value : Number(value.toPrecision(digits)));
}

/** Source: the documentation of Java's `BigDecimal.toString()`. */
export function javaDecimal(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? "-" : "";
  const digits = String(unscaled).replace("-", "");
  const adjusted = digits.length - 1 - scale;
  if (scale === 0) return `${sign}${digits}`;
  if (scale > 0 && adjusted >= -6) {
    const padded = digits.padStart(scale + 1, "0");
    return `${sign}${padded.slice(0, padded.length - scale)}.${padded.slice(-scale)}`;
  }
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
  if (adjusted === 0) return `${sign}${mantissa}`;
  return `${sign}${mantissa}E${adjusted > 0 ? "+" : ""}${adjusted}`;
}

export function durationOf(
  [months, days, ns, negative]: readonly [number, number, bigint, boolean],
): string {
  const units: [bigint, string][] = [
    [BigInt(months) / 12n, "y"],
    [BigInt(months) % 12n, "mo"],
    [BigInt(days), "d"],
    [ns / 3_600_000_000_000n, "h"],
    [ns / 60_000_000_000n % 60n, "m"],
    [ns / 1_000_000_000n % 60n, "s"],
    [ns / 1_000_000n % 1000n, "ms"],
    [ns / 1_000n % 1000n, "us"],
    [ns % 1000n, "ns"],
  ];
  const text = units.map(([count, unit]) => count === 0n ? "" : `${count}${unit}`).join("");
  return text === "" ? "0s" : negative ? `-${text}` : text;
}

/** RFC 5952, as the URL standard writes hosts; IPv4 addresses inside IPv6 keep their dots. */
export function inetOf(address: Uint8Array): string {
  if (address.length === 4) return address.join(".");
  const hex = Buffer.from(address).toString("hex");
  if (hex.startsWith("00000000000000000000ffff")) return `::ffff:${address.slice(12).join(".")}`;
  return new URL(`http://[${hex.match(/.{4}/g)!.join(":")}]`).hostname.slice(1, -1);
}

/** `JSON.stringify` that writes minus zero, which JSON has. */
export function jsonText(json: Json): string {
  if (Object.is(json, -0)) return "-0.0";
  if (Array.isArray(json)) return `[${json.map(jsonText).join(",")}]`;
  if (typeof json !== "object" || json === null) return JSON.stringify(json);
  const members = Object.entries(json).map(([key, member]) =>
    `${JSON.stringify(key)}:${jsonText(member)}`
  );
  return `{${members.join(",")}}`;
}
