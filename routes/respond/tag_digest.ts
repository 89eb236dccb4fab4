/**
 * What tells apart, in an entity tag, answers of one URL to different requests whose rows have the same version.
 * A strong tag is unique across all of them (RFC 9110, section 8.8.1), and `Vary` is not enough: a cache may send
 * the tag of an answer to one request with another request (RFC 9111, section 4.1). Browsers do, and 304 has them
 * show what they have, for example the row of another tenant.
 *
 * Nothing of the row is in it: the version stands for that. So it tells nobody what a mask hides.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { canonicalText } from "../../catalog/statement/canonical_text.ts";
import { packedSize, packValue } from "../../codec/packed/packed_value.ts";
import type {
  EncodedValues,
  PreparedColumn,
  PreparedQuery,
} from "../../db/prepare/prepared_query.ts";
import { DIGEST_CHARACTERS } from "../input/entity_tag.ts";

/** Something that each mask shows differently. */
const PROBE = "a text that is masked";

/** What the digest depends on. */
export type DigestFacts = Pick<PreparedQuery, "query" | "params" | "columns" | "show">;

/**
 * The digest of the statement, of its columns as a group of callers sees them, and of the values that are bound.
 * It is the same in every replica that serves the same queries.
 *
 * @param prepared the view of the callers
 */
export function compileTagDigest(prepared: DigestFacts): (values: EncodedValues) => string {
  const { query: { parsed, raw }, params, columns } = prepared;
  const columnFacts = ({ name, codec, mask }: PreparedColumn) => [
    name,
    codec.type,
    // The form of a hash depends on the secret, as its values do.
    prepared.show(PROBE, mask),
  ];
  const rawFacts = raw && [raw.content.name, raw.type?.name, raw.types, raw.disposition];
  const facts = [canonicalText(parsed), columns.map(columnFacts), rawFacts];
  const seed = createHash("sha256").update(JSON.stringify(facts)).digest();
  const names = params.map(({ param }) => param.name);
  return (values) => {
    let length = seed.length;
    for (const name of names) length += packedSize(values[name]);
    // In one piece: each call of the hash costs more than a copy.
    const bytes = Buffer.allocUnsafe(length);
    let at = seed.copy(bytes);
    for (const name of names) at = packValue(values[name], bytes, at);
    return createHash("sha256").update(bytes).digest("base64url").slice(0, DIGEST_CHARACTERS);
  };
}
