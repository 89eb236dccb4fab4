/**
 * How large a value is, for bounds: a number by itself, text by its characters, a collection by its
 * members.
 *
 * @module
 */
import type { Codec, CqlType } from "./codec.ts";

/** How values of a type are measured. */
export interface Measure {
  /** What is counted, for messages; empty where it is the value itself. */
  readonly of: string;
  measure(value: unknown, codec: Codec): number | bigint;
  /** The names of the bounds in JSON Schema. */
  readonly keywords: readonly [min: string, max: string];
}

const VALUE: Measure = {
  of: "",
  measure: (value) => value as number | bigint,
  keywords: ["minimum", "maximum"],
};
const CHARACTERS: Measure = {
  of: " characters",
  measure: (value) => [...value as string].length,
  keywords: ["minLength", "maxLength"],
};
const members = (keywords: Measure["keywords"]): Measure => ({
  of: " members",
  // The bytes of every collection begin with how many members it has.
  measure: (value, codec) => codec.encode(value).readInt32BE(0),
  keywords,
});

const MEASURES: Partial<Record<CqlType["kind"], Measure>> = {
  tinyint: VALUE,
  smallint: VALUE,
  int: VALUE,
  bigint: VALUE,
  varint: VALUE,
  float: VALUE,
  double: VALUE,
  text: CHARACTERS,
  ascii: CHARACTERS,
  list: members(["minItems", "maxItems"]),
  set: members(["minItems", "maxItems"]),
  map: members(["minProperties", "maxProperties"]),
};

/** Null for the types that have no size. */
export function measureOf(type: CqlType): Measure | null {
  return MEASURES[type.kind] ?? null;
}

export interface Bounds {
  readonly codec: Codec;
  /** As the tag writes them; null where there is none. */
  readonly min: string | null;
  readonly max: string | null;
}

/** Whether a value, as `input` or `text` gave it, lies within its bounds. */
export function isWithin(value: unknown, { codec, min, max }: Bounds): boolean {
  const measure = measureOf(codec.type);
  if (measure === null) return true;
  const size = measure.measure(value, codec);
  // JavaScript compares a bigint with a number exactly.
  return (min === null || size >= boundOf(min)) && (max === null || size <= boundOf(max));
}

/** A bound without rounding, as of a bigint beyond 2^53. */
function boundOf(text: string): number | bigint {
  return /^-?\d+$/.test(text) ? BigInt(text) : Number(text);
}
