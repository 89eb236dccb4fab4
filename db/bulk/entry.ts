/**
 * The inputs of a bulk request, as they come in.
 *
 * @module
 */
import type { ByteRange } from "../../codec/tokens/token.ts";
import type { ServiceError } from "../../errors/service_error.ts";

/**
 * One input, or why it could not be taken. A line that is not read yet is valid until the next block is
 * asked for.
 */
export type Entry =
  | PlacedEntry & { readonly value: unknown }
  | PlacedEntry & { readonly text: ByteRange }
  | PlacedEntry & { readonly error: ServiceError };

interface PlacedEntry {
  /** The line that it begins on, from one. */
  readonly line: number;
  /** The line that it ends on. Default: the same. */
  readonly lastLine?: number;
}

/** An input that came in. */
export type ReadableEntry = Exclude<Entry, { readonly error: ServiceError }>;
