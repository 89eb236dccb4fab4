/**
 * What each CQL type has to say about itself, before zod comes in: its OpenAPI schemas, how it is
 * read from JSON or from a string, and its bytes. `types/` holds one per type, composites are
 * functions of others, and `codecFor()` makes a `Codec` of the outermost.
 *
 * Reading collects issues instead of throwing, so that a client learns every mistake of a body at
 * once. Functions here are called unbound: no format uses `this`.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Json } from "../codec.ts";

type SchemaType = "array" | "boolean" | "integer" | "null" | "number" | "object" | "string";

/** The part of JSON Schema 2020-12, as OpenAPI 3.1 uses it, that the codecs need. */
export interface Schema {
  readonly type: SchemaType | readonly SchemaType[];
  readonly description: string;
  readonly example: Json;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly contentEncoding?: string;
  readonly contentMediaType?: string;
  readonly contentSchema?: Schema;
  readonly items?: Schema | false;
  readonly prefixItems?: readonly Schema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | false;
}

/** A value that was refused: what is expected in its place, and where it stands in the input. */
export interface Issue {
  readonly message: string;
  readonly path: (string | number)[];
}

export interface Format<Value = unknown> {
  /** The type as CQL spells it. */
  readonly cql: string;
  readonly output: Schema;
  readonly input: Schema;
  readonly text: Schema;
  /** The types of a fixed length stand in a vector without one (`AbstractType.valueLengthIfFixed`). */
  readonly fixed?: Fixed<Value>;
  /** Whether zero bytes are a value. For the other types they are the relic of Thrift: null. */
  readonly emptyIsValue?: boolean;
  /** Reads parsed JSON. Undefined stands for a value that was refused, which `issues` then tells. */
  read(json: unknown, issues: Issue[]): Value | undefined;
  /** Reads a path segment, a query parameter, a header, or the key of a map. */
  readText(text: string, issues: Issue[]): Value | undefined;
  encode(value: Value): Buffer;
  decode(bytes: Buffer, start: number, end: number): Json;
  /** Bytes that are the same for values that Cassandra calls equal. Default: those of `encode`. */
  identify?(value: Value): Buffer;
}

/** What tells a value from others of its type, as Cassandra does in sets and as keys of maps. */
export function identityOf(format: Format, value: unknown): Buffer {
  return format.identify === undefined ? format.encode(value) : format.identify(value);
}

export interface Fixed<Value> {
  readonly length: number;
  write(value: Value, into: Buffer, at: number): void;
}

/** The two ways to encode a type of fixed length: into a buffer of its own, or into a larger one. */
export function fixed<Value>(
  length: number,
  write: Fixed<Value>["write"],
): { fixed: Fixed<Value>; encode(value: Value): Buffer } {
  return {
    fixed: { length, write },
    encode(value) {
      const bytes = Buffer.allocUnsafe(length);
      write(value, bytes, 0);
      return bytes;
    },
  };
}

/** Adds an issue where the value stands, and gives the undefined that stands for a refused value. */
export function refuse(issues: Issue[], message: string): undefined {
  issues.push({ message, path: [] });
}

/** Whether reading may stop: a body of a million wrong elements gets an answer, not a million. */
export function isFull(issues: readonly Issue[]): boolean {
  return issues.length >= 100;
}

/** Moves the issues from index `since` on down to where the member `key` of their container is. */
export function placeIssues(issues: Issue[], since: number, key: string | number): void {
  for (let index = since; index < issues.length; index++) issues[index]?.path.unshift(key);
}
