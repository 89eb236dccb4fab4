/**
 * The table of the types that are not made of others. Adding a type is a file in `types/` and a line
 * here.
 *
 * @module
 */
import type { PrimitiveFormat } from "./parts/format.ts";
import { decimal } from "./types/decimal.ts";
import { duration } from "./types/duration.ts";
import { double, float } from "./types/floats.ts";
import { inet, timeuuid, uuid } from "./types/identifiers.ts";
import { bigint, counter, int, smallint, tinyint, varint } from "./types/integers.ts";
import { ascii, blob, boolean, text } from "./types/text.ts";
import { date, time, timestamp } from "./types/time.ts";

export const primitives = {
  ascii,
  bigint,
  blob,
  boolean,
  counter,
  date,
  decimal,
  double,
  duration,
  float,
  inet,
  int,
  smallint,
  text,
  time,
  timestamp,
  timeuuid,
  tinyint,
  uuid,
  varint,
} as const satisfies Record<string, PrimitiveFormat>;

export type PrimitiveKind = keyof typeof primitives;

const ENTRIES = Object.entries(primitives) as [PrimitiveKind, PrimitiveFormat][];

/** The types by their option ids in the native protocol. */
export const KINDS_BY_ID: ReadonlyMap<number, PrimitiveKind> = new Map(
  ENTRIES.flatMap(([kind, { wire }]) => wire.ids.map((id) => [id, kind] as const)),
);

/** The types by the names of their classes in Cassandra, without the package. */
export const KINDS_BY_CLASS: ReadonlyMap<string, PrimitiveKind> = new Map(
  ENTRIES.flatMap(([kind, { wire }]) => wire.classes.map((name) => [name, kind] as const)),
);
