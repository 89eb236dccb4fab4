/**
 * Values from the bytes of a JSON text to the bytes of the native protocol, with nothing in between: no
 * string, no number object, no list of mistakes. A writer takes the plain spellings of its type, which
 * nearly all values have, and leaves the others to the codec: what it does not take need not be a
 * mistake. What it takes, it writes as the codec does.
 *
 * @module
 */
import type { PrimitiveKind } from "../primitives.ts";
import { uuidWriter, writeBoolean } from "./literal_tokens.ts";
import { integerWriter, writeBigint, writeDouble, writeFloat } from "./number_tokens.ts";
import { textWriter } from "./text_tokens.ts";
import { writeDate, writeTimestamp } from "./time_tokens.ts";
import type { TokenWriter } from "./token.ts";

/** Those types that have a writer. A counter is not inserted, and the others are rare or long. */
const WRITERS: Readonly<Partial<Record<PrimitiveKind, TokenWriter>>> = {
  ascii: textWriter({ isAscii: true }),
  bigint: writeBigint,
  boolean: writeBoolean,
  date: writeDate,
  double: writeDouble,
  float: writeFloat,
  int: integerWriter(4),
  smallint: integerWriter(2),
  text: textWriter({ isAscii: false }),
  timestamp: writeTimestamp,
  timeuuid: uuidWriter({ isTimed: true }),
  tinyint: integerWriter(1),
  uuid: uuidWriter({ isTimed: false }),
};

/** Null for a type that has none. */
export function tokenWriterOf(kind: string): TokenWriter | null {
  return Object.hasOwn(WRITERS, kind) ? WRITERS[kind as PrimitiveKind] ?? null : null;
}
