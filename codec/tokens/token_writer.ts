/**
 * Values from the bytes of a text to the bytes of the native protocol, with nothing in between: no string, no
 * number object, no list of mistakes. A writer accepts the plain spellings of its type, which nearly all values
 * have, and leaves other spellings to the codec: a value that it does not accept need not be a mistake. It writes
 * every value exactly as the codec does.
 *
 * @module
 */
import { BACKSLASH } from "../json/characters.ts";
import type { PrimitiveKind } from "../primitives.ts";
import { uuidWriter, writeBoolean } from "./literal_tokens.ts";
import {
  integerWriter,
  writeBigint,
  writeDouble,
  writeFloat,
  writeNumberAsBigint,
} from "./number_tokens.ts";
import { textWriter } from "./text_tokens.ts";
import { writeDate, writeTimestamp } from "./time_tokens.ts";
import type { TokenWriter } from "./token.ts";

type Writers = Readonly<Partial<Record<PrimitiveKind, TokenWriter>>>;

/** The types that have a writer. Counters are never inserted, and the other types are rare or long. */
const TEXT_WRITERS: Writers = {
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

const JSON_WRITERS: Writers = {
  ...TEXT_WRITERS,
  ascii: inString(textWriter({ isAscii: true, escape: BACKSLASH })),
  bigint(token, row) {
    return token.enterString() ? writeBigint(token, row) : writeNumberAsBigint(token, row);
  },
  date: inString(writeDate),
  text: inString(textWriter({ isAscii: false, escape: BACKSLASH })),
  timestamp: inString(writeTimestamp),
  timeuuid: inString(uuidWriter({ isTimed: true })),
  uuid: inString(uuidWriter({ isTimed: false })),
};

/** For values of JSON. Null for a type without a writer. */
export function tokenWriterOf(kind: string): TokenWriter | null {
  return writerOf(JSON_WRITERS, kind);
}

/** For values as text, such as the fields of CSV. Null for a type without a writer. */
export function textTokenWriterOf(kind: string): TokenWriter | null {
  return writerOf(TEXT_WRITERS, kind);
}

function writerOf(writers: Writers, kind: string): TokenWriter | null {
  return Object.hasOwn(writers, kind) ? writers[kind as PrimitiveKind] ?? null : null;
}

function inString(write: TokenWriter): TokenWriter {
  return (token, row) => token.enterString() && write(token, row);
}
