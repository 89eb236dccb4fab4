/**
 * The table of sources that `@param` knows: each is one line here and one file.
 *
 * @module
 */

import { part, type Word } from "../../../text/comment.ts";
import type { Report } from "../../../text/source.ts";
import { suggest } from "../../../text/suggest.ts";
import { bucketSource } from "./bucket_source.ts";
import { claimSource } from "./claim_source.ts";
import { generatedSource } from "./generated_source.ts";
import { ifMatchSource } from "./if_match_source.ts";
import { bodySource, headerSource, pathSource, querySource } from "./sent_sources.ts";
import type { SourceKind } from "./source_kind.ts";

const SOURCES = {
  path: pathSource,
  query: querySource,
  header: headerSource,
  body: bodySource,
  "if-match": ifMatchSource,
  claim: claimSource,
  bucket: bucketSource,
  generated: generatedSource,
} as const satisfies Record<string, SourceKind<{ readonly in: string }>>;

export type SourceName = keyof typeof SOURCES;

/** Where a tag says that a value comes from. */
export type TaggedSource = NonNullable<ReturnType<typeof SOURCES[SourceName]["read"]>>;

/** The kind of a source. */
export function kindOf({ in: name }: TaggedSource): SourceKind<TaggedSource> {
  return SOURCES[name];
}

/** How `@param` writes the source of this name, such as `query` or `claim:tenant`; null if it has no such source. */
export function writtenSource(name: string): string | null {
  if (!Object.hasOwn(SOURCES, name)) return null;
  const { key }: SourceKind<unknown> = SOURCES[name as SourceName];
  return key === null ? name : key.example;
}

/** The source that a word names, `query` or `claim:tenant`; null if it is reported. */
export function readSourceWord(word: Word, report: Report): TaggedSource | null {
  const { text, span } = word;
  const hasKey = text.includes(":");
  const [name = ""] = text.split(":", 1);
  const kind = Object.hasOwn(SOURCES, name) ? SOURCES[name as SourceName] : null;
  if (kind === null || hasKey && kind.key === null) {
    const names = Object.entries<SourceKind<unknown>>(SOURCES).map(([name, { key }]) =>
      key === null ? name : `${name}:`
    );
    const help = suggest(hasKey ? `${name}:` : text, names);
    report({ span, message: `Unknown source "${text}"`, help });
    return null;
  }
  const key = part(span, Math.min(name.length + 1, text.length), text.length - name.length - 1);
  if (kind.key !== null && (!hasKey || key.text === "")) {
    report({
      span,
      message: `Missing ${kind.key.what} after "${text}"`,
      help: `Name it after a colon, for example "${kind.key.example}"`,
    });
    return null;
  }
  return kind.read(key, report);
}
