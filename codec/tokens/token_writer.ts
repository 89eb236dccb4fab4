/**
 * Values from the bytes of a JSON text to the bytes of the native protocol, with nothing in between: no string,
 * no number object, no list of mistakes. A writer accepts the plain spellings of its type, which nearly all
 * values have, and leaves other spellings to the codec: a value that it does not accept need not be a mistake.
 * It writes every value exactly as the codec does.
 *
 * @module
 */
import type { PrimitiveKind } from "../primitives.ts";
import { uuidWriter, writeBoolean } from "./literal_tokens.ts";
import { integerWriter, writeBigint, writeDouble, writeFloat } from "./number_tokens.ts";
import { textWriter } from "./text_tokens.ts";
import { writeDate, writeTimestamp } from "./time_tokens.ts";
import type { TokenWriter } from "./token.ts";

/** The types that have a writer. Counters are never inserted, and the other types are rare or long. */
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

/** Null for a type without a writer. */
export function tokenWriterOf(kind: string): TokenWriter | null {
  return Object.hasOwn(WRITERS, kind) ? WRITERS[kind as PrimitiveKind] ?? null : null;
}
