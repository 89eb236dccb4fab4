/**
 * Entity tags (RFC 9110, section 8.8.3) that begin with the value of a column, such as a version: `@etag` sends
 * them, and `If-None-Match` and `If-Match` bring them back. The tag of a read has a digest after that value
 * (`respond/tag_digest.ts`); the tag of a write does not.
 *
 * @module
 */
import type { Json } from "../../codec/codec.ts";

/** A tag that a client names. */
export interface EntityTag {
  /** Without its quotes. */
  readonly text: string;
  readonly isWeak: boolean;
}

/** What `If-Match` and `If-None-Match` consist of: a list of tags, or `*` for whatever the tag is. */
export type TagList = "*" | readonly EntityTag[];

const TAG = /[ \t]*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,|$)/y;
const NO_TAG = /[ \t]*(?:,|$)/y;

/** Reads a header; null if it is not `*` or a list of tags. */
export function parseTagList(header: string): TagList | null {
  if (header.trim() === "*") return "*";
  const tags: EntityTag[] = [];
  for (let at = 0; at < header.length;) {
    TAG.lastIndex = NO_TAG.lastIndex = at;
    const [whole, weak, text] = TAG.exec(header) ?? NO_TAG.exec(header) ?? [];
    if (whole === undefined) return null;
    if (text !== undefined) tags.push({ text, isWeak: weak !== undefined });
    at += whole.length;
  }
  return tags.length === 0 ? null : tags;
}

/** Of base64url: 72 bits. */
export const DIGEST_CHARACTERS = 12;

// As many. No value of a type that may be a tag has a semicolon.
const DIGEST = /;[\w-]{12}$/;

/** The tag of a read. */
export function tagOfRead(version: string, digest: string): string {
  return `${version};${digest}`;
}

/** The value of the column in a tag, whether that is of a read or of a write. */
export function versionOf(tag: string): string {
  return tag.replace(DIGEST, "");
}

/** The tag of a value alone, without quotes; null without a value. */
export function tagTextOf(value: Json | undefined): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * Whether a list names the tag. The strong comparison, for `If-Match`, never holds for a weak tag; the
 * weak one is for `If-None-Match` (section 8.8.3.2).
 *
 * @param text the tag of the row; null if it has none, which only `*` matches
 */
export function matchesTag(
  list: TagList,
  text: string | null,
  comparison: "strong" | "weak",
): boolean {
  if (list === "*") return true;
  return list.some((tag) => tag.text === text && (comparison === "weak" || !tag.isWeak));
}
