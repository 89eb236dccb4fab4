/**
 * The description of a CQL type, before zod comes in. Everything that differs from type to type is a field
 * here, and no field is optional, so a type that leaves one out does not compile. `types/` holds a format for
 * each type, composites are functions of others, and `codecFor()` makes a `Codec` of the outermost.
 *
 * Reading collects issues instead of throwing, so that a client learns every mistake of a body at
 * once. Functions here are called unbound: no format uses `this`.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { EpochUnit } from "../../catalog/query.ts";
import type { Encoding } from "../../catalog/tags/input/options/encoding_option.ts";
import type { BucketFormFactory } from "../buckets/bucket_form.ts";
import type { Json } from "../json/json.ts";
import type { JsonWriter } from "../json/json_writer.ts";
import type { Pace, Steps } from "../../runtime/steps.ts";
import type { Measure } from "./measure.ts";

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
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | false;
  /** For a user-defined type. It does not reach a client: the OpenAPI document has the type as a component. */
  readonly "x-type"?: NamedType;
}

/** The user-defined type that a schema describes. */
export interface NamedType {
  readonly name: string;
  readonly side: "output" | "input";
  readonly description: string;
}

/** A refused value: what was expected in its place, and where it is in the input. */
export interface Issue {
  readonly message: string;
  readonly path: (string | number)[];
}

/** The kind of a type's values. Numbers may be strings in JSON; a composite consists of members. */
export type Category = "integer" | "decimal" | "float" | "boolean" | "string" | "composite";

export interface Format<Value = unknown> {
  /** The type as CQL spells it. */
  readonly cql: string;
  readonly category: Category;
  readonly output: Schema;
  readonly input: Schema;
  readonly text: Schema;
  /** Reads parsed JSON. Undefined stands for a value that was refused, which `issues` then tells. */
  read(json: unknown, issues: Issue[]): Value | undefined;
  /** Reads a path segment, a query parameter, a header, or the key of a map. */
  readText(text: string, issues: Issue[]): Value | undefined;
  encode(value: Value): Buffer;
  decode(bytes: Buffer, start: number, end: number): Json;
  readonly writeJson: WriteJson;
  /** Null for types whose values differ in length (`AbstractType.valueLengthIfFixed`). */
  readonly fixed: Fixed<Value> | null;
  /** Whether zero bytes are a value. For the other types they are the relic of Thrift: null. */
  readonly emptyIsValue: boolean;
  /** Whether values are equal to Cassandra if their bytes are, and only then. */
  readonly isEqualByBytes: boolean;
  /**
   * The key that Cassandra's order of values follows, of a value and its bytes: the same for values that it calls
   * equal. Each character is a byte, and keys compare as strings do. Source: `AbstractType.compare`.
   */
  sortKey(value: Value, bytes: Buffer): string;
  /** The same work for values with any number of members; null for those without members. */
  readonly steps: FormatSteps<Value> | null;
  /** What `min=` and `max=` bound; null if nothing can be. */
  readonly measure: Measure<Value> | null;
  /** Whether its JSON is text that fits between the quotes of an entity tag. */
  readonly isTag: boolean;
  /** How a value's bytes hold an instant; null if they hold none. */
  readonly instantOf: InstantReaderFactory | null;
  /** How a value names a time bucket; null for types that cannot. */
  readonly bucketBy: BucketFormFactory | null;
}

/**
 * Writes the text of `JSON.stringify(decode(bytes, start, end))`. The arguments are plain, since this runs
 * for every cell.
 */
export type WriteJson = (bytes: Buffer, start: number, end: number, out: JsonWriter) => void;

/** Writes values by way of `decode`, for types that are rare, or large, or as fast that way. */
export function writeDecoded(decode: Format["decode"]): WriteJson {
  return (bytes, start, end, out) => out.json(decode(bytes, start, end));
}

/** The same for values that are strings of ASCII characters none of which JSON escapes. */
export function writePlainString(
  decode: (bytes: Buffer, start: number, end: number) => string,
): WriteJson {
  return (bytes, start, end, out) => out.plainString(decode(bytes, start, end));
}

/** The functions of a format in steps: run to the end, each does the same as the format's function of that name. */
export interface FormatSteps<Value> {
  read(json: unknown, reading: ReadContext): Steps<Value | undefined>;
  readText(text: string, reading: ReadContext): Steps<Value | undefined>;
  encode(value: Value, pace: Pace): Steps<Buffer>;
  /** As {@link sortKeyOf}. */
  sortKey(value: Value, pace: Pace): Steps<string>;
  decode(bytes: Buffer, place: DecodePlace): Steps<Json>;
}

/** Where a value begins and ends, and the pace of the work that it is part of. */
export interface DecodePlace {
  readonly start: number;
  readonly end: number;
  readonly pace: Pace;
}

/** What is passed along while a value is read. */
export interface ReadContext {
  readonly issues: Issue[];
  readonly pace: Pace;
}

/** A type that is not made of others. */
export interface PrimitiveFormat<Value = unknown> extends Omit<Format<Value>, "steps"> {
  /** How the server names it. */
  readonly wire: {
    /** Its option ids in the native protocol (version 4, section 4.2.5.2). */
    readonly ids: readonly number[];
    /** Its classes in Cassandra's package `org.apache.cassandra.db.marshal`. */
    readonly classes: readonly string[];
  };
  /**
   * Reads a value that may be stored already, if requests may hold fewer values than are stored; null if both
   * may hold the same.
   */
  readonly stored: Reader<Value> | null;
  /** Reads more digits than a value holds and cuts them off; null if a value has no such digits. */
  readonly truncated: (Reader<Value> & Pick<Format, "input" | "text">) | null;
  /** How its bytes are written where the tag says so; null if its values are not just bytes. */
  readonly encodings:
    | Readonly<
      Record<
        Encoding,
        Pick<
          Format<Value>,
          keyof Reader<Value> | "input" | "text" | "output" | "decode" | "writeJson"
        >
      >
    >
    | null;
  /** Whether its values have any number of digits, which take more than linear time to print. */
  readonly isUnbounded: boolean;
}

/** How values are read from a request. */
type Reader<Value> = Pick<Format<Value>, "read" | "readText">;

/** How a type of fixed length is written into a larger buffer, as in a vector. */
export interface Fixed<Value> {
  readonly length: number;
  write(value: Value, into: Buffer, at: number): void;
}

/** The bytes of a value → its instant, in milliseconds since 1970, cut down towards the past. */
export type InstantReader = (bytes: Buffer) => number;

/**
 * @param unit the unit that a number counts, since 1970; null for types that imply it
 * @returns null if the type needs a unit and has none, or the other way round
 */
export type InstantReaderFactory = (unit: EpochUnit | null) => InstantReader | null;

/** For a type whose values are instants without a unit. */
export function instants(read: InstantReader): InstantReaderFactory {
  return (unit) => unit === null ? read : null;
}

/** What a value is sorted by, and told from others of its type, as Cassandra does in sets and as keys of maps. */
export function* sortKeyOf(format: Format, value: unknown, pace: Pace): Steps<string> {
  if (format.steps !== null) return yield* format.steps.sortKey(value, pace);
  return format.sortKey(value, format.encode(value));
}

/** The two ways to encode a type of fixed length: into a new buffer, or into a larger one. */
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
