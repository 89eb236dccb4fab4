/**
 * What the headers of a write's answer say about its row: where to read it, and its entity tag there (RFC 9110,
 * sections 10.2.2 and 8.8.3).
 *
 * @module
 */
import type {
  EncodedValues,
  PreparedLocation,
  PreparedParam,
  PreparedQuery,
} from "../../../db/prepare/prepared_query.ts";
import type { Addresses } from "../../addresses.ts";
import { tagTextOf } from "../../input/entity_tag.ts";
import { paramSchemaOf } from "../../input/param_schema.ts";
import { MAX_LINK_CHARACTERS } from "../responder.ts";

export type WriteHeaders = (values: EncodedValues) => Record<string, string>;

export function compileWriteHeaders(
  { location, entityTag }: Pick<PreparedQuery, "location" | "entityTag">,
  addresses: Addresses,
): WriteHeaders {
  const pathOf = location === null ? () => null : compilePath(location);
  return (values) => {
    const headers: Record<string, string> = {};
    const path = pathOf(values);
    const url = path === null ? null : addresses.publicUrl(path);
    if (url !== null && url.length <= MAX_LINK_CHARACTERS) headers.location = url;
    const tag = entityTag === null ? null : textOf(entityTag, values);
    if (tag === null) return headers;
    // A response that is compressed on the way would get a weak tag, which never passes If-Match.
    return { ...headers, etag: `"${tag}"`, "cache-control": "no-store, no-transform" };
  };
}

/**
 * Null for a path that would lead elsewhere, since clients resolve dots and drop empty segments, or that the
 * query there would refuse.
 */
function compilePath(
  { path, params }: PreparedLocation,
): (values: EncodedValues) => string | null {
  const segments = new Map(
    params.map((each) => [each.param.name, { each, schema: paramSchemaOf(each) }]),
  );
  return (values) => {
    let isSound = true;
    const filled = path.replace(/\{(\w+)\}/g, (_, name) => {
      const segment = segments.get(name);
      const text = segment === undefined ? null : textOf(segment.each, values);
      if (text === null || /^\.{0,2}$/.test(text)) isSound = false;
      else if (!segment?.schema.safeParse(text).success) isSound = false;
      return encodeURIComponent(text ?? "");
    });
    return isSound ? filled : null;
  };
}

function textOf({ param: { name }, codec }: PreparedParam, values: EncodedValues): string | null {
  const bytes = values[name];
  return bytes ? tagTextOf(codec.decode(bytes, 0, bytes.length)) : null;
}
