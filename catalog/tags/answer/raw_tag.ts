/**
 * The `@raw content type=content_type types=image/png|image/jpeg disposition=inline` tag: one blob goes in
 * or out as it is, and not as JSON. In a SELECT it names columns, in a write markers.
 *
 * @module
 */

import { part, type Word } from "../../text/comment.ts";
import type { Report, Span } from "../../text/source.ts";
import { suggest } from "../../text/suggest.ts";
import { readColumnName } from "../parts/column_name.ts";
import type { QueryTag } from "../tag.ts";
import { readOptions, type TagLine } from "../tag_line.ts";

/** What a blob is whose type is not known. */
export const OCTET_STREAM = "application/octet-stream";

/** A column or a marker. */
export interface RawName {
  readonly name: string;
  readonly span: Span;
}

/** How a blob goes in or out. */
export interface Raw {
  readonly content: RawName;
  /** Where its media type is; null if it always has the same one. */
  readonly type: RawName | null;
  /** The media types that it may have, in lower case. */
  readonly types: readonly string[];
  readonly disposition: Disposition;
  readonly span: Span;
}

export interface RawTag {
  /** Null if it is missing. */
  readonly content: RawName | null;
  readonly type: RawName | null;
  readonly types: readonly string[] | null;
  readonly disposition: Disposition | null;
  readonly dispositionSpan: Span;
  readonly span: Span;
}

export type Disposition = typeof DISPOSITIONS[number];

const DISPOSITIONS = ["attachment", "inline"] as const;
const KEYS = ["type", "types", "disposition"] as const;

/** RFC 6838, section 4.2, in lower case. */
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;

export const rawTag: QueryTag<RawTag, Raw | null> = {
  repeats: false,
  read: readRaw,
  settle(tag) {
    if (tag === null || tag.content === null) return null;
    const { content, type, types, disposition, span } = tag;
    return {
      content,
      type,
      types: types ?? [OCTET_STREAM],
      disposition: disposition ?? "attachment",
      span,
    };
  },
};

function readRaw(line: TagLine, report: Report): RawTag {
  const [first, ...others] = line.words;
  const hasContent = first !== undefined && !/^[a-z]+=/.test(first.text);
  if (!hasContent) {
    report({
      span: line.nameSpan,
      message: "Missing content",
      help: `Name its column or marker after the tag, for example "@raw content"`,
    });
  }
  const options = readOptions(hasContent ? others : line.words, { keys: KEYS, report });
  return {
    content: hasContent ? readName(first, report) : null,
    type: options.type === undefined ? null : readName(options.type, report),
    types: options.types === undefined ? null : readTypes(options.types, report),
    disposition: readDisposition(options.disposition, report),
    dispositionSpan: options.disposition?.span ?? line.span,
    span: line.span,
  };
}

function readName(word: Word, report: Report): RawName {
  // What follows a sign has lost its quotes.
  const isQuoted = word.span.file.text.startsWith('"', word.span.start);
  const name = isQuoted ? word.text.replace(/^"|"$/g, "") : readColumnName(word, report);
  return { name, span: word.span };
}

function readTypes({ text, span }: Word, report: Report): readonly string[] {
  const types: string[] = [];
  let offset = span.file.text.startsWith('"', span.start) ? 1 : 0;
  for (const type of text.split("|")) {
    const place = part(span, offset, Math.max(1, type.length)).span;
    offset += type.length + 1;
    if (!MEDIA_TYPE.test(type)) {
      report({
        span: place,
        message: `Cannot use "${type}" as a media type`,
        help: 'Write a type and a subtype in lower case, as "types=image/png|image/jpeg"',
      });
    } else if (types.includes(type)) {
      report({ span: place, message: `Duplicate media type "${type}"`, help: "Keep one of them" });
    } else {
      types.push(type);
    }
  }
  return types;
}

function readDisposition(word: Word | undefined, report: Report): Disposition | null {
  if (word === undefined) return null;
  const disposition = DISPOSITIONS.find((known) => known === word.text) ?? null;
  if (disposition === null) {
    report({
      span: word.span,
      message: `Unknown disposition "${word.text}"`,
      help: suggest(word.text, DISPOSITIONS),
    });
  }
  return disposition;
}
