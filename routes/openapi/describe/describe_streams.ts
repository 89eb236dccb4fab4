/**
 * `x-streams`: the media types of many rows in one body, as `content` of OpenAPI 3.2 would describe them.
 * They do not stand in `content` itself: a generated client's type is the union of all that is there, and
 * code that reads a page would first have to tell it from a string.
 *
 * @module
 */
import { NDJSON } from "../../input/read_entries.ts";
import { ROW_FORMATS } from "../../respond/body/row_format.ts";

/** The media types that rows are streamed in, in words. */
export const STREAM_TYPES = Object.keys(ROW_FORMATS).map((type) => `\`${type}\``).join(" or ");

/** Each line is a value of the schema that has this name. */
export function lineStream(name: string) {
  return { "x-streams": { [NDJSON]: { itemSchema: { $ref: `#/components/schemas/${name}` } } } };
}

/** All rows, in every media type that they are streamed in. */
export function rowStreams(name: string) {
  const texts = Object.keys(ROW_FORMATS).map((type) => [type, { schema: { type: "string" } }]);
  return { "x-streams": { ...Object.fromEntries(texts), ...lineStream(name)["x-streams"] } };
}
