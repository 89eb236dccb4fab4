/**
 * The table of the primitive types: adding one is adding its format here.
 *
 * @module
 */
import type { PrimitiveKind } from "./codec.ts";
import type { Format } from "./parts/format.ts";
import { decimal, double, float } from "./types/decimals.ts";
import { duration } from "./types/duration.ts";
import { inet, timeuuid, uuid } from "./types/identifiers.ts";
import { bigint, counter, int, smallint, tinyint, varint } from "./types/integers.ts";
import { ascii, blob, boolean, text } from "./types/text.ts";
import { date, time, timestamp } from "./types/time.ts";

export const primitives: Readonly<Record<PrimitiveKind, Format>> = {
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
};
