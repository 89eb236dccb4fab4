/**
 * What the composite types share: reading a member of an array or object, reading a composite from
 * a string, and the frames that the native protocol puts around members (section 6: four bytes of
 * length before each, -1 for null).
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Json } from "../json/json.ts";
import { parseJson } from "../json/parse_json.ts";
import {
  type Fixed,
  type Format,
  isFull,
  type Issue,
  placeIssues,
  refuse,
  type Schema,
} from "./format.ts";

/** What the composite types have in common. */
export const COMPOSITE_TRAITS = {
  category: "composite",
  emptyIsValue: false,
  isTag: false,
  instantOf: null,
  bucketBy: null,
} as const;

/** Reads the member `key` of a composite; what is wrong with it is said of that place. */
export function readMember(
  format: Format,
  json: unknown,
  options: { key: string | number; issues: Issue[] },
): unknown {
  const before = options.issues.length;
  const value = format.read(json, options.issues);
  placeIssues(options.issues, before, options.key);
  return value;
}

/** Reads the elements of an array, until there are more issues than a client can use. */
export function readElements(of: Format, json: readonly unknown[], issues: Issue[]): unknown[] {
  const values: unknown[] = [];
  for (let key = 0; key < json.length && !isFull(issues); key++) {
    values.push(readMember(of, json[key], { key, issues }));
  }
  return values;
}

/** Adds an issue where the member `key` of a composite stands. */
export function refuseMember(issues: Issue[], key: string | number, message: string): void {
  issues.push({ message, path: [key] });
}

/** Completes a composite: as a string, in a URL or as the key of a map, it is JSON text. */
export function withText<Value>(
  format: Omit<Format<Value>, "text" | "readText">,
): Format<Value> {
  const { cql, input, read } = format;
  return {
    ...format,
    text: {
      type: "string",
      contentMediaType: "application/json",
      contentSchema: input,
      description: `JSON text: ${input.description}`,
      example: JSON.stringify(input.example),
    },
    readText(text, issues) {
      let json: unknown;
      try {
        json = parseJson(text);
      } catch {
        return refuse(issues, `Expected the JSON text of a ${cql}`);
      }
      return read(json, issues);
    },
  };
}

/** The members one after another, each after its length. `head` bytes are left free before them. */
export function frame(members: readonly (Buffer | null)[], head = 0): Buffer {
  let length = head;
  for (const member of members) length += 4 + (member?.length ?? 0);
  const bytes = Buffer.allocUnsafe(length);
  let at = head;
  for (const member of members) {
    bytes.writeInt32BE(member ? member.length : -1, at);
    at += 4;
    if (member) at += member.copy(bytes, at);
  }
  return bytes;
}

/** The same for members of a fixed length, without a buffer for each. `head` bytes are left free. */
export function frameFixed(
  values: readonly unknown[],
  { fixed: { length, write }, head }: { fixed: Fixed<unknown>; head: number },
): Buffer {
  const bytes = Buffer.allocUnsafe(head + values.length * (4 + length));
  let at = head;
  for (const value of values) {
    bytes.writeInt32BE(length, at);
    write(value, bytes, at + 4);
    at += 4 + length;
  }
  return bytes;
}

/** Decodes the framed member at `at`. */
export function decodeMember(format: Format, bytes: Buffer, at: number): Json {
  const length = bytes.readInt32BE(at);
  return length < 0 ? null : format.decode(bytes, at + 4, at + 4 + length);
}

/** The bytes that the framed member at `at` takes. */
export function memberLength(bytes: Buffer, at: number): number {
  return 4 + Math.max(0, bytes.readInt32BE(at));
}

/** The same schema for a value that may be null. */
export function nullable(schema: Schema): Schema {
  return { ...schema, type: [schema.type, "null" as const].flat() };
}
