/**
 * The same value as others see it, in the JSON of `docs/types.md`: what the driver makes of its bytes,
 * and what Cassandra's own `SELECT JSON` says.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import { Buffer } from "node:buffer";
import type { Type } from "./types_arbitrary.ts";
import {
  dateOf,
  durationOf,
  floatOf,
  inetOf,
  javaDecimal,
  type Json,
  keyText,
  numberOf,
  timeOf,
  timestampOf,
} from "./value_texts.ts";

const MS_PER_DAY = 86_400_000;

interface DriverDuration {
  readonly months: number;
  readonly days: number;
  readonly nanoseconds: cassandra.types.Long;
}

const BEYOND_DATE = "Invalid Date";

/** The driver gives instants as `Date`, which has 100 million days each way; Cassandra has more. */
export function withoutFarInstants(json: string): string {
  return json.replace(
    /[+-]\d{6,9}-\d\d-\d\dT[\d:.]+Z/g,
    (instant) => isNaN(Date.parse(instant)) ? BEYOND_DATE : instant,
  );
}

/** What the driver is to make of sets: `Set` takes -0 for 0. It asks for methods that it never calls. */
class Members {
  constructor(readonly members: unknown[]) {}
  add(): void {}
  forEach(): void {}
}

/** And of maps. */
class Entries {
  readonly entries: [unknown, unknown][] = [];
  set(key: unknown, value: unknown): void {
    this.entries.push([key, value]);
  }
  forEach(): void {}
}

/** The encoding options of a client whose values `fromDriver()` reads. */
export const DRIVER_ENCODING = {
  map: Entries,
  set: Members,
  useBigIntAsLong: true,
  useBigIntAsVarint: true,
};

/** The driver's value as JSON. */
export function fromDriver(type: Type, value: unknown): Json {
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case "list":
    case "vector":
      return [...value as Iterable<unknown>].map((member) => fromDriver(type.of, member));
    case "set":
      return (value as Members).members.map((member) => fromDriver(type.of, member));
    case "map":
      return Object.fromEntries(
        (value as Entries).entries.map(([key, member]) => [
          keyText(fromDriver(type.key, key)),
          fromDriver(type.value, member),
        ]),
      );
    case "tuple":
      return type.of.map((of, index) =>
        fromDriver(of, (value as cassandra.types.Tuple).get(index))
      );
    case "udt":
      return Object.fromEntries(
        type.fields.map(({ name, type }) => [
          name,
          fromDriver(type, (value as Record<string, unknown>)[name]),
        ]),
      );
    case "blob":
      return (value as Buffer).toString("base64");
    case "date": {
      const { date } = value as { date: Date };
      // Beyond the days that Date knows, the driver gives their number.
      return dateOf(isNaN(date.getTime()) ? Number(value) : date.getTime() / MS_PER_DAY);
    }
    case "decimal": {
      const bytes = toBuffer(value);
      const digits = BigInt(`0x${bytes.toString("hex", 4)}`);
      const unscaled = BigInt.asIntN((bytes.length - 4) * 8, digits);
      return javaDecimal(unscaled, bytes.readInt32BE());
    }
    case "double":
      return numberOf(value as number);
    case "float":
      return floatOf(value as number);
    case "duration": {
      const { months, days, nanoseconds } = value as DriverDuration;
      const ns = BigInt(String(nanoseconds));
      const [length, isNegative] = ns < 0n ? [-ns, true] : [ns, months < 0 || days < 0];
      return durationOf([Math.abs(months), Math.abs(days), length, isNegative]);
    }
    case "inet":
      return inetOf((value as { buffer: Buffer }).buffer);
    case "time":
      return timeOf(BigInt(String((value as cassandra.types.LocalTime).getTotalNanoseconds())));
    case "timestamp":
      return isNaN((value as Date).getTime())
        ? BEYOND_DATE
        : timestampOf(BigInt((value as Date).getTime()));
    case "boolean":
    case "int":
    case "smallint":
    case "tinyint":
      return value as Json;
    default:
      return String(value);
  }
}

function toBuffer(value: unknown): Buffer {
  const { constructor } = value as { constructor: { toBuffer(value: unknown): Buffer } };
  return constructor.toBuffer(value);
}

/** A number as it stands in a JSON text. */
interface Literal {
  readonly source: string;
}

/** `JSON.parse` that keeps each number's digits. */
export function parseSelectJson(text: string): unknown {
  return JSON.parse(
    text,
    (_key, value, context?: { source: string }) =>
      typeof value === "number" ? { source: context!.source } : value,
  );
}

/**
 * What `ours` must be, given what `SELECT JSON` says. Where Cassandra says less than the value holds,
 * `ours` is taken, once what was said fits it:
 *
 * | type                | `SELECT JSON`                                     | ours                      |
 * | ------------------- | ------------------------------------------------- | ------------------------- |
 * | bigint, varint      | a number                                          | a string                  |
 * | decimal             | a number, of which the scale may be lost          | a string                  |
 * | double, float       | `null` for NaN and the infinities                 | a string                  |
 * | blob                | `0x` and hexadecimal                              | base64                    |
 * | timestamp           | a space for the `T`; beyond 1583–9999 no era, and the Julian calendar | RFC 3339 |
 * | time                | the nanoseconds in groups that may end early      | nine digits               |
 * | date                | years beyond 0–9999 of as few digits as they have  | six digits at least       |
 * | inet                | IPv6 without `::`; IPv4 in IPv6 as IPv4           | RFC 5952                  |
 * | duration            | nothing at all for zero                           | `0s`                      |
 * | names of fields     | in quotes where they have capitals                | as they are               |
 */
export function fromSelectJson(type: Type, selected: unknown, ours: Json): Json {
  if (selected === null) return isUnsayable(type, ours) ? ours : null;
  if (ours === null) return textOf(selected);
  switch (type.kind) {
    case "list":
    case "set":
    case "vector":
      return (selected as unknown[]).map((member, index) =>
        fromSelectJson(type.of, member, (ours as Json[])[index] ?? null)
      );
    case "map":
      return fromSelectedMap(type, selected as Record<string, unknown>, ours as MapJson);
    case "tuple":
      return type.of.map((of, index) =>
        fromSelectJson(of, (selected as unknown[])[index], (ours as Json[])[index]!)
      );
    case "udt":
      return Object.fromEntries(
        Object.entries(selected as Record<string, unknown>).map(([key, member]) => {
          const name = key.replace(/^"(.*)"$/, "$1");
          const field = type.fields.find((field) => field.name === name);
          if (field === undefined) throw new TypeError(`Cannot find field ${name}`);
          return [name, fromSelectJson(field.type, member, (ours as MapJson)[name] ?? null)];
        }),
      );
    default:
      return fromSelectedPrimitive(type.kind, textOf(selected), ours);
  }
}

type MapJson = Record<string, Json>;

/** Cassandra writes its keys as text, which says as little of them as it says of values. */
function fromSelectedMap(
  type: Type & { kind: "map" },
  selected: Record<string, unknown>,
  ours: MapJson,
): Json {
  const keys = new Set(Object.keys(ours));
  const entries = Object.entries(selected).map(([text, member]): [string, Json] => {
    const key = isText(type.key) ? text : parseSelectJson(text);
    const same = [...keys].find((ourText) => {
      const our = isJsonText(type.key) ? JSON.parse(ourText) : numberOrText(type.key, ourText);
      return keyText(fromSelectJson(type.key, key, our)) === ourText;
    });
    if (same === undefined) throw new TypeError(`Cannot find ${text} among ${Object.keys(ours)}`);
    keys.delete(same);
    return [same, fromSelectJson(type.value, member, ours[same]!)];
  });
  const byKey = new Map(entries);
  return Object.fromEntries(
    Object.keys(ours).flatMap((key) => byKey.has(key) ? [[key, byKey.get(key)!]] : []),
  );
}

const NUMBERS = ["int", "smallint", "tinyint", "double", "float", "bigint", "varint", "decimal"];

/** Whether a key stands in Cassandra's JSON as it is, and not as JSON text. */
function isText({ kind }: Type): boolean {
  return !NUMBERS.includes(kind) && !isComposite(kind) && kind !== "boolean";
}

function isJsonText({ kind }: Type): boolean {
  return isComposite(kind) || ["boolean", "int", "smallint", "tinyint"].includes(kind);
}

function isComposite(kind: Type["kind"]): boolean {
  return ["list", "set", "map", "tuple", "udt", "vector"].includes(kind);
}

function numberOrText({ kind }: Type, text: string): Json {
  const isNumber = (kind === "double" || kind === "float") && /^-?[\d.]+(e.*)?$/.test(text);
  return isNumber ? Number(text) : text;
}

/** JSON has no such numbers. */
function isUnsayable({ kind }: Type, ours: Json): boolean {
  return (kind === "double" || kind === "float") && /^(NaN|-?Infinity)$/.test(String(ours));
}

function textOf(selected: unknown): string {
  const isLiteral = typeof selected === "object" && selected !== null && "source" in selected;
  return isLiteral ? (selected as Literal).source : String(selected);
}

function fromSelectedPrimitive(kind: Type["kind"], text: string, ours: Json): Json {
  switch (kind) {
    case "boolean":
      return text === "true";
    case "blob":
      return Buffer.from(text.slice(2), "hex").toString("base64");
    case "double":
      return numberOf(Number(text));
    case "float":
      return floatOf(Number(text));
    case "int":
    case "smallint":
    case "tinyint":
      return Number(text);
    case "decimal":
      return text;
    case "date":
      return text.replace(
        /^([+-])(\d+)/,
        (_, sign, year) => `${sign}${year.padStart(6, "0")}`,
      );
    case "duration":
      return text || "0s";
    case "timestamp": {
      const rfc3339 = text.replace(" ", "T");
      const sameClock = rfc3339.slice(-14) === String(ours).slice(-14);
      return sameClock && !isGregorian(String(ours)) ? ours : rfc3339;
    }
    case "inet": {
      if (text.includes(":")) return new URL(`http://[${text}]`).hostname.slice(1, -1);
      return String(ours).replace("::ffff:", "") === text ? ours : text;
    }
    default:
      return text;
  }
}

/** Whether Java's default calendar, which is Julian before, and its four digits agree with ISO 8601. */
function isGregorian(timestamp: string): boolean {
  return /^\d{4}-/.test(timestamp) && timestamp >= "1582-10-15";
}
