/**
 * The `@require claim:sub = :user_id` tag: how a claim of the caller's token must compare with a value of the
 * request or with a literal. If the tag is repeated, all lines have to hold. Whether the statement has such a
 * marker is for `checks/policy/requirements.ts`.
 *
 * @module
 */

import { part, type Word } from "../../text/comment.ts";
import { quote } from "../../text/quote.ts";
import type { Report, Span } from "../../text/source.ts";
import { suggest } from "../../text/suggest.ts";
import { claimSource } from "../input/sources/claim_source.ts";
import type { Tag } from "../tag.ts";
import type { TagLine } from "../tag_line.ts";

const COMPARISONS = ["=", "!=", "contains"] as const;

export type Comparison = typeof COMPARISONS[number];

/** What the claim is compared with. */
export type Comparand =
  | { readonly kind: "marker"; readonly name: string }
  /** `text` is the value as a query parameter of the type would be written. */
  | { readonly kind: "literal"; readonly type: ComparandType; readonly text: string };

/** The CQL types that literals have. */
export type ComparandType = "text" | "varint" | "boolean";

export interface Requirement {
  /** The path of the claim, for `parseClaimPath`. */
  readonly claim: string;
  readonly comparison: Comparison;
  readonly comparand: Comparand;
  readonly comparandSpan: Span;
  readonly span: Span;
}

const EXAMPLE = "@require claim:sub = :user_id";

export const requireTag: Tag<Requirement> = {
  repeats: true,
  about: "either",
  read: readRequirement,
};

function readRequirement(line: TagLine, report: Report): Requirement | null {
  const [claimWord, comparisonWord, comparandWord, next] = line.words;
  if (claimWord === undefined) {
    report({
      span: line.nameSpan,
      message: "Missing comparison",
      help: `Write it as "${EXAMPLE}"`,
    });
    return null;
  }
  if (comparisonWord === undefined) {
    report({
      span: claimWord.span,
      message: `Missing comparison after ${quote(claimWord.text)}`,
      help: `Write it with spaces between its parts, as "${EXAMPLE}"`,
    });
    return null;
  }
  const claim = readClaim(claimWord, report);
  const comparison = readComparison(comparisonWord, report);
  const comparand = readComparand(comparisonWord, comparandWord, report);
  if (next !== undefined) {
    report({
      span: { ...next.span, end: line.span.end },
      message: `Unexpected ${quote(next.text)} after the comparison`,
      help: "Write one comparison on each @require line: all lines have to hold",
    });
  }
  if (claim === null || comparison === null || comparand === null) return null;
  return { claim, comparison, comparand, comparandSpan: comparandWord!.span, span: line.span };
}

function readClaim(word: Word, report: Report): string | null {
  const [prefix = ""] = word.text.split(":", 1);
  const name = part(word.span, "claim:".length, word.text.length - "claim:".length);
  if (prefix === "claim" && word.text.length > "claim:".length) {
    return claimSource.read(name, report)?.claim ?? null;
  }
  const meant = word.text.replace(/^[^:]*:|^claim$/, "") || "sub";
  report({
    span: word.span,
    message: `Cannot compare ${quote(word.text)}: it is not a claim`,
    help: word.text.startsWith(":")
      ? `Write the claim first, as in "${EXAMPLE}"`
      : `Name a claim of the token, such as ${quote(`claim:${meant}`)}`,
  });
  return null;
}

function readComparison({ text, span }: Word, report: Report): Comparison | null {
  const comparison = COMPARISONS.find((comparison) => comparison === text) ?? null;
  if (comparison === null) {
    report({
      span,
      message: `Unknown comparison ${quote(text)}`,
      help: suggest(text, COMPARISONS),
    });
  }
  return comparison;
}

/** Integers as JSON and Cassandra both write them. */
const INTEGER = /^(?:0|-?[1-9]\d*)$/;
const MARKER = /^:\w+$/;

function readComparand(before: Word, word: Word | undefined, report: Report): Comparand | null {
  if (word === undefined) {
    report({
      span: before.span,
      message: `Missing value after "${before.text}"`,
      help: `Name a marker or a literal, as in "${EXAMPLE}"`,
    });
    return null;
  }
  const { text, span } = word;
  if (MARKER.test(text)) return { kind: "marker", name: text.slice(1) };
  if (text === "true" || text === "false") return { kind: "literal", type: "boolean", text };
  if (INTEGER.test(text)) return { kind: "literal", type: "varint", text };
  if (/^"[^"]+"$/.test(text)) return { kind: "literal", type: "text", text: text.slice(1, -1) };
  report({
    span,
    message: `Cannot compare a claim with ${quote(text)}`,
    help: helpWithComparand(text),
  });
  return null;
}

function helpWithComparand(text: string): string {
  if (text === '""') return "Name a text that is not empty: an empty claim counts as missing";
  if (text === "null") {
    return "Remove the line: a claim that is null counts as missing, and is refused";
  }
  if (/^[\d.+-]/.test(text)) return "Write a number as an integer, such as 5";
  if (text.startsWith("claim:")) return `Name a marker or a literal, as in "${EXAMPLE}"`;
  const name = /^\W?([a-z]\w*)\W?$/i.exec(text)?.[1] ?? "user_id";
  return `Write a marker as ":${name}", or a text as '"${name}"'`;
}

/** What a claim is compared with, as the tag has it. */
export function comparandText(comparand: Comparand): string {
  if (comparand.kind === "marker") return `:${comparand.name}`;
  return comparand.type === "text" ? `"${comparand.text}"` : comparand.text;
}

/** The requirement as it is written. */
export function requirementText({ claim, comparison, comparand }: Requirement): string {
  return `claim:${claim} ${comparison} ${comparandText(comparand)}`;
}
