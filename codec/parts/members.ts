/**
 * Shared by the composite types: reading a member of an array or object, reading a composite from a string, and
 * the frames that the native protocol puts around members (section 6: four bytes of length before each, -1 for
 * null).
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Json } from "../json/json.ts";
import { DuplicateMemberError } from "../json/duplicate_member.ts";
import type { JsonWriter } from "../json/json_writer.ts";
import { parseJsonSteps } from "../json/parse_large_json.ts";
import { finish, Pace, type Steps } from "../../runtime/steps.ts";
import {
  type DecodePlace,
  type Fixed,
  type Format,
  type FormatSteps,
  isFull,
  type Issue,
  placeIssues,
  type ReadContext,
  refuse,
  type Schema,
  sortKeyOf,
} from "./format.ts";

/** The length of the number of members, which stands before those of a collection. */
export const COUNT_BYTES = 4;

/** The traits that the composite types share. */
export const COMPOSITE_TRAITS = {
  category: "composite",
  emptyIsValue: false,
  isTag: false,
  instantOf: null,
  bucketBy: null,
} as const;

/** Reads the member `key` of a composite; its mistakes are reported at that place. */
export function* readMember(
  format: Format,
  json: unknown,
  { key, ...reading }: ReadContext & { key: string | number },
): Steps<unknown> {
  const before = reading.issues.length;
  const value = format.steps === null
    ? format.read(json, reading.issues)
    : yield* format.steps.read(json, reading);
  placeIssues(reading.issues, before, key);
  return value;
}

/** Reads the elements of an array, until there are more issues than a client can use. */
export function* readElements(
  of: Format,
  json: readonly unknown[],
  reading: ReadContext,
): Steps<unknown[]> {
  const { issues, pace } = reading;
  const values: unknown[] = [];
  for (let key = 0; key < json.length && !isFull(issues); key++) {
    if (pace.isDue()) yield;
    const before = issues.length;
    // As `readMember()` does, but without a generator for each number.
    values.push(
      of.steps === null ? of.read(json[key], issues) : yield* of.steps.read(json[key], reading),
    );
    placeIssues(issues, before, key);
  }
  return values;
}

/** The bytes of a value. */
export function* encodeMember(format: Format, value: unknown, pace: Pace): Steps<Buffer> {
  return format.steps === null ? format.encode(value) : yield* format.steps.encode(value, pace);
}

/** The bytes of each of the values. */
export function* encodeEach(of: Format, values: readonly unknown[], pace: Pace): Steps<Buffer[]> {
  const encoded: Buffer[] = [];
  for (const value of values) {
    if (pace.isDue()) yield;
    encoded.push(of.steps === null ? of.encode(value) : yield* of.steps.encode(value, pace));
  }
  return encoded;
}

/** What each of the values is sorted by. */
export function* sortKeyOfEach(
  of: Format,
  values: readonly unknown[],
  pace: Pace,
): Steps<string[]> {
  const keys: string[] = [];
  for (const value of values) {
    if (pace.isDue()) yield;
    keys.push(yield* sortKeyOf(of, value, pace));
  }
  return keys;
}

/** Adds an issue where the member `key` of a composite stands. */
export function refuseMember(issues: Issue[], key: string | number, message: string): void {
  issues.push({ message, path: [key] });
}

/** What a value of the schema is, inside a sentence of plain text: clients do not know the types of CQL. */
export function asExpected({ description }: Schema): string {
  return (description.charAt(0).toLowerCase() + description.slice(1)).replaceAll("`", "");
}

/** A composite but for what follows from the rest. */
type Composite<Value> =
  & Omit<Format<Value>, "text" | "read" | "readText" | "encode" | "sortKey" | "steps">
  & {
    readonly steps: Omit<FormatSteps<Value>, "readText">;
  };

/**
 * Completes a composite: everything that it does in steps, it can do at once as well. As a string, in a URL or
 * as the key of a map, it is JSON text.
 */
export function composite<Value>(format: Composite<Value>): Format<Value> {
  const { input } = format;
  const steps: FormatSteps<Value> = {
    ...format.steps,
    *readText(text, reading) {
      let json: unknown;
      try {
        json = yield* parseJsonSteps(text);
      } catch (error) {
        const once = error instanceof DuplicateMemberError ? " that names each member once" : "";
        return refuse(reading.issues, `Expected JSON text${once}: ${asExpected(input)}`);
      }
      return yield* steps.read(json, reading);
    },
  };
  return {
    ...format,
    steps,
    text: {
      type: "string",
      contentMediaType: "application/json",
      contentSchema: input,
      description: `JSON text: ${input.description}`,
      example: JSON.stringify(input.example),
    },
    read: (json, issues) => finish(steps.read(json, { issues, pace: new Pace() })),
    readText: (text, issues) => finish(steps.readText(text, { issues, pace: new Pace() })),
    encode: (value) => finish(steps.encode(value, new Pace())),
    sortKey: (value) => finish(steps.sortKey(value, new Pace())),
  };
}

/** The members one after another, each after its length. `head` bytes are left free before them. */
export function* frame(
  members: readonly (Buffer | null)[],
  { head = 0, pace }: { head?: number; pace: Pace },
): Steps<Buffer> {
  let length = head;
  for (const member of members) {
    if (pace.isDue()) yield;
    length += 4 + (member?.length ?? 0);
  }
  const bytes = Buffer.allocUnsafe(length);
  let at = head;
  for (const member of members) {
    if (pace.isDue()) yield;
    bytes.writeInt32BE(member ? member.length : -1, at);
    at += 4;
    if (member) at += member.copy(bytes, at);
  }
  return bytes;
}

/** The same for members of a fixed length, without a buffer for each. `head` bytes are left free. */
export function* frameFixed(
  values: readonly unknown[],
  { fixed: { length, write }, head, pace }: { fixed: Fixed<unknown>; head: number; pace: Pace },
): Steps<Buffer> {
  const bytes = Buffer.allocUnsafe(head + values.length * (4 + length));
  let at = head;
  for (const value of values) {
    if (pace.isDue()) yield;
    bytes.writeInt32BE(length, at);
    write(value, bytes, at + 4);
    at += 4 + length;
  }
  return bytes;
}

/** The members after their number. */
export function* frameCounted(
  members: readonly Buffer[],
  count: number,
  pace: Pace,
): Steps<Buffer> {
  return withCount(yield* frame(members, { head: COUNT_BYTES, pace }), count);
}

/** Writes the number of members into the bytes that were left free before them. */
export function withCount(bytes: Buffer, count: number): Buffer {
  bytes.writeInt32BE(count);
  return bytes;
}

/** Decodes the framed member at `at`. */
export function decodeMember(format: Format, bytes: Buffer, at: number): Json {
  const length = bytes.readInt32BE(at);
  return length < 0 ? null : format.decode(bytes, at + 4, at + 4 + length);
}

/** Writes the JSON of the framed member at `at`. @returns where it ends */
export function writeMember(format: Format, bytes: Buffer, at: number, out: JsonWriter): number {
  const length = bytes.readInt32BE(at);
  const start = at + 4;
  if (length < 0) {
    out.ascii("null");
    return start;
  }
  format.writeJson(bytes, start, start + length, out);
  return start + length;
}

/** A value with fewer bytes is decoded at once: a generator for each would cost more than it saves. */
const SMALL_BYTES = 1024;

/** Whether a value of this many bytes takes no steps to decode. */
export function isDecodedAtOnce({ steps }: Format, length: number): boolean {
  return steps === null || length < SMALL_BYTES;
}

/** Decodes a value, in steps where it is large and has members. */
export function* decodeSteps(format: Format, bytes: Buffer, place: DecodePlace): Steps<Json> {
  const { start, end } = place;
  return format.steps === null || isDecodedAtOnce(format, end - start)
    ? format.decode(bytes, start, end)
    : yield* format.steps.decode(bytes, place);
}

/** As `decodeMember()`, in steps where the member is large. */
export function* decodeMemberSteps(
  format: Format,
  bytes: Buffer,
  { at, pace }: { readonly at: number; readonly pace: Pace },
): Steps<Json> {
  const length = bytes.readInt32BE(at);
  return isDecodedAtOnce(format, length)
    ? decodeMember(format, bytes, at)
    : yield* decodeSteps(format, bytes, { start: at + 4, end: at + 4 + length, pace });
}

/** The bytes that the framed member at `at` takes. */
export function memberLength(bytes: Buffer, at: number): number {
  return 4 + Math.max(0, bytes.readInt32BE(at));
}

/** The same schema for a value that may be null. */
export function nullable(schema: Schema): Schema {
  return { ...schema, type: [schema.type, "null" as const].flat() };
}
