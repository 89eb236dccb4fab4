/**
 * `x-streams`: the media types of many rows in one body, as `content` of OpenAPI 3.2 would describe them.
 * They do not stand in `content` itself: a generated client's type is the union of all that is there, and
 * code that reads a page would first have to tell it from a string.
 *
 * @module
 */
import { CSV, NDJSON } from "../../input/read_entries.ts";
import { ROW_FORMATS } from "../../respond/body/row_format.ts";

/** The media types that rows are streamed in, in words. */
export const STREAM_TYPES = Object.keys(ROW_FORMATS).map((type) => `\`${type}\``).join(" or ");

/** The media types of many inputs; each line of NDJSON is a value of the schema that has this name. */
export function uploadStreams(name: string) {
  return { "x-streams": { ...lineStream(name), [CSV]: { schema: { type: "string" } } } };
}

function lineStream(name: string) {
  return { [NDJSON]: { itemSchema: { $ref: `#/components/schemas/${name}` } } };
}

/** All rows, in every media type that they are streamed in. */
export function rowStreams(name: string) {
  const texts = Object.keys(ROW_FORMATS).map((type) => [type, { schema: { type: "string" } }]);
  return { "x-streams": { ...Object.fromEntries(texts), ...lineStream(name) } };
}

/** `schema` or `itemSchema` of a media type. */
type StreamedMedia = Readonly<Record<string, object>>;

/** A response or a body, with streams or without. */
interface Streamed {
  readonly "x-streams"?: Readonly<Record<string, StreamedMedia>>;
}

/** The streams of all of them; what they describe in different ways is any of these. */
export function mergeStreams(all: readonly object[]): Streamed {
  const media = all.flatMap((each: Streamed) => Object.entries(each["x-streams"] ?? {}));
  if (media.length === 0) return {};
  const byType = Map.groupBy(media, ([type]) => type);
  return {
    "x-streams": Object.fromEntries(
      [...byType].map(([type, found]) => [type, mergeMedia(found.map(([, each]) => each))]),
    ),
  };
}

function mergeMedia(all: readonly StreamedMedia[]): StreamedMedia {
  const members = Map.groupBy(all.flatMap((each) => Object.entries(each)), ([member]) => member);
  return Object.fromEntries([...members].map(([member, found]) => {
    const distinct = new Map(found.map(([, schema]) => [JSON.stringify(schema), schema]));
    const [first, ...others] = distinct.values();
    return [member, others.length === 0 ? first! : { anyOf: [first!, ...others] }];
  }));
}
