/**
 * The shape of a codec: how a CQL type is checked, written to and read from the bytes of the native protocol,
 * and represented in JSON. Pure: it knows neither the driver nor HTTP.
 *
 * Values travel as JSON ↔ bytes without a class in between, so nothing is lost to the limits of a driver's type
 * (section 6 of the native protocol specification, version 4, has the formats).
 *
 * @module
 */
import type { z } from "@hono/zod-openapi";
import type { Buffer } from "node:buffer";
import type { Json } from "./json/json.ts";
import type { Format, WriteJson } from "./parts/format.ts";
import type { Steps } from "../runtime/steps.ts";
import type { PrimitiveKind } from "./primitives.ts";

export type { Json } from "./json/json.ts";
export type { PrimitiveKind } from "./primitives.ts";

/** A CQL type as data. `frozen` is not part of it: it changes storage, not values. */
export type CqlType =
  | { readonly kind: PrimitiveKind }
  | { readonly kind: "list" | "set"; readonly of: CqlType }
  | { readonly kind: "map"; readonly key: CqlType; readonly value: CqlType }
  | { readonly kind: "tuple"; readonly of: readonly CqlType[] }
  | {
    readonly kind: "udt";
    readonly name: string;
    readonly fields: readonly { readonly name: string; readonly type: CqlType }[];
  }
  | { readonly kind: "vector"; readonly of: CqlType; readonly dimension: number }
  /** A type that has no codec, by the name that the server gave it. */
  | { readonly kind: "unknown"; readonly name: string };

/** What a codec takes from its format unchanged. */
type Traits = Pick<
  Format,
  "category" | "cql" | "measure" | "isTag" | "instantOf" | "bucketBy"
>;

/** One CQL type's schemas, encoder and decoder. Compiled once, when a query is prepared. */
export interface Codec extends Traits {
  readonly type: CqlType;
  /** What a response holds, with OpenAPI `format`, `description` and `example`. Never null. */
  readonly output: z.ZodType<Json>;
  /**
   * What a JSON body may hold; the result goes to `encode`. Never null: the caller decides whether a value may
   * be null or left out. A number that `JSON.parse` rounded is refused.
   */
  readonly input: z.ZodType<unknown>;
  /** What a path segment, query parameter or header may hold: a string, to the result of `input`. */
  readonly text: z.ZodType<unknown>;
  /**
   * What a query parameter may hold that is repeated for each member of a list or set: a string, or an array of
   * strings, to the result of `input`. Null for other types.
   */
  readonly repeated: z.ZodType<unknown> | null;
  /**
   * Does the work of `input` in steps. `input` then takes the result in place of the JSON, and reports the same
   * mistakes.
   */
  readAhead(json: unknown): Steps<unknown>;
  /** The same for `text`. */
  readTextAhead(text: string): Steps<unknown>;
  /** As `encode`, in steps. */
  encodeSteps(value: unknown): Steps<Buffer>;
  /** The value's bytes. Takes only what `input` or `text` let through; does not check again. */
  encode(value: unknown): Buffer;
  /** Whether values are equal to Cassandra if their bytes are, and only then. */
  readonly isEqualByBytes: boolean;
  /** Whether values hold numbers with any number of digits, which take more than linear time to print. */
  readonly isUnbounded: boolean;
  /** Whether values hold instants or times of day, which `precision=truncate` may cut. */
  readonly hasPrecision: boolean;
  /** Whether values hold bytes, which `encoding=` may write in another way. */
  readonly hasBytes: boolean;
  /** Whether values may hold minus zero. */
  readonly hasMinusZero: boolean;
  /**
   * Reads `bytes[start, end)`. An empty value of a type that has none is null. Minus zero is raw JSON,
   * `MINUS_ZERO`, which `JSON.stringify` writes as it is.
   */
  decode(bytes: Buffer, start: number, end: number): Json;
  /** Writes the text of `JSON.stringify(decode(bytes, start, end))`, without the value in between. */
  readonly writeJson: WriteJson;
  /** As `decode`, in steps. */
  decodeSteps(bytes: Buffer, start: number, end: number): Steps<Json>;
  /** Text that is the same for what `decode` gives of values that are equal to Cassandra, and only for them. */
  identify(json: Json): string;
}
