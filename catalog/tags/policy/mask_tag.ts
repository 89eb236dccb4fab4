/**
 * The `@mask email with=last4 unless customers:pii` tag: what callers without these scopes get in place of
 * the values of a column. Which answers have the column is for a rule, and whether a text mask fits its type
 * is for the server to say.
 *
 * @module
 */

import type { Word } from "../../text/comment.ts";
import { quote } from "../../text/quote.ts";
import type { Report, Span } from "../../text/source.ts";
import { suggest } from "../../text/suggest.ts";
import { readColumnName } from "../parts/column_name.ts";
import { readScopes } from "../parts/scopes.ts";
import type { Tag } from "../tag.ts";
import { readOptions, type TagLine } from "../tag_line.ts";

/** What replaces a value. All but `null` are for text. */
export const MASK_KINDS = ["null", "redact", "last4", "hash"] as const;

export type MaskKind = typeof MASK_KINDS[number];

/** A column whose values only callers with all of certain scopes see. */
export interface Mask {
  readonly column: string;
  readonly with: MaskKind;
  readonly unless: readonly string[];
  /** The column in the tag. */
  readonly span: Span;
}

export interface MaskTag {
  readonly masks: readonly Mask[];
  readonly span: Span;
}

export const maskTag: Tag<MaskTag> = { repeats: true, about: "either", read: readMask };

const EXAMPLE = "@mask email unless customers:pii";

function readMask({ nameSpan, words, span }: TagLine, report: Report): MaskTag {
  const end = words.findIndex(({ text }) => text === "unless");
  const [unless, ...scopeWords] = end === -1 ? [] : words.slice(end);
  const named = end === -1 ? words : words.slice(0, end);
  const firstOption = named.findIndex(({ text }) => text.includes("=") && !text.startsWith('"'));
  const columns = firstOption === -1 ? named : named.slice(0, firstOption);
  const options = readOptions(named.slice(columns.length), { keys: ["with"], report });
  if (columns.length === 0) {
    const help = `Name it after the tag, for example "${EXAMPLE}"`;
    report({ span: nameSpan, message: "Missing column", help });
  }
  if (scopeWords.length === 0) {
    report({
      span: unless?.span ?? span,
      message: "Missing scope that may see the values",
      help: `Name it after "unless", for example "${EXAMPLE}"`,
    });
  }
  const kind = readKind(options.with, report);
  const scopes = readScopes(scopeWords, report);
  const masks: Mask[] = [];
  for (const word of columns) {
    const column = readColumnName(word, report);
    if (masks.some((mask) => mask.column === column)) {
      report({
        span: word.span,
        message: `Duplicate column "${column}"`,
        help: "Keep one of them",
      });
      continue;
    }
    masks.push({ column, with: kind, unless: scopes, span: word.span });
  }
  return { masks, span };
}

function readKind(word: Word | undefined, report: Report): MaskKind {
  if (word === undefined) return "null";
  const kind = MASK_KINDS.find((kind) => kind === word.text);
  if (kind !== undefined) return kind;
  report({
    span: word.span,
    message: `Unknown mask ${quote(word.text)}`,
    help: suggest(word.text, MASK_KINDS),
  });
  return "null";
}
