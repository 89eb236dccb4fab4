/**
 * What finds the values of a line in its bytes, so that they can be read where they are. One for each way of
 * writing lines.
 *
 * @module
 */
import type { ByteRange } from "../../../codec/tokens/token.ts";

export interface ValueLocator {
  /** Where the value of each name begins; -1 if a line lacks it. */
  readonly starts: Int32Array;
  /** Where each value ends. */
  readonly ends: Int32Array;
  /** What both are places in, once a line is located. */
  readonly bytes: Uint8Array;
  /** The length of an empty value: a value that is no longer may be one. */
  readonly emptyLength: number;
  /** @returns whether the values were found; if not, `starts` and `ends` mean nothing */
  locate(line: ByteRange): boolean;
  /** Whether the value at an index is null. */
  isNull(index: number): boolean;
}
