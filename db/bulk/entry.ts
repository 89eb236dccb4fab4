/**
 * The inputs of a bulk request, as they come in.
 *
 * @module
 */
import type { ByteRange } from "../../codec/tokens/token.ts";
import type { ServiceError } from "../../errors/service_error.ts";

/**
 * One input, or why it could not be taken. A line that is not read yet is valid until the next block is
 * asked for. Lines count from one.
 */
export type Entry =
  | { readonly line: number; readonly value: unknown }
  | { readonly line: number; readonly text: ByteRange }
  | { readonly line: number; readonly error: ServiceError };

/** An input that came in. */
export type ReadableEntry = Exclude<Entry, { readonly error: ServiceError }>;
