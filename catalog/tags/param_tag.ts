/**
 * The `@param name[?] in source by=unit default=value min=1 max=100
 * precision=truncate` tag, as far as it can be judged
 * by itself. Whether the statement has such a marker is for `parse/params.ts`.
 *
 * @module
 */

import type { Word } from "../text/comment.ts";
import type { Report, Span } from "../text/source.ts";
import { suggest } from "../text/suggest.ts";
import { type BucketUnit, readUnit, reportMissingUnit } from "./bucket_unit.ts";
import type { Tag } from "./tag.ts";
import { readOptions, type TagLine } from "./tag_line.ts";

export interface ParamTag {
  readonly name: string;
  readonly nameSpan: Span;
  readonly optional: boolean;
  /** Null if it is missing or unknown. */
  readonly source: TaggedSource | null;
  readonly sourceSpan: Span;
  readonly by: BucketUnit | null;
  readonly default: string | null;
  readonly min: string | null;
  readonly max: string | null;
  readonly precision: Precision | null;
  readonly span: Span;
}

/** What becomes of digits that a type does not hold: they are cut off. */
export type Precision = typeof PRECISIONS[number];

export type TaggedSource =
  | { readonly in: "path" | "query" | "header" | "body" }
  | { readonly in: "claim"; readonly claim: string }
  | { readonly in: "if-match" }
  | { readonly in: "bucket"; readonly of: string };

const PLAIN_SOURCES = ["path", "query", "header", "body", "if-match"] as const;
const SOURCES = [...PLAIN_SOURCES, "claim:", "bucket:"];

const OPTIONS = ["by", "default", "min", "max", "precision"] as const;
type Option = typeof OPTIONS[number];

const PRECISIONS = ["truncate"] as const;

export const paramTag: Tag<ParamTag> = { repeats: true, read: readParam };

function readParam(line: TagLine, report: Report): ParamTag | null {
  const [nameWord, ...others] = line.words;
  if (nameWord === undefined) {
    report({
      span: line.nameSpan,
      message: "Missing parameter",
      help: `Write it as "@param station_id in query"`,
    });
    return null;
  }
  const optional = nameWord.text.endsWith("?");
  const name = optional ? nameWord.text.slice(0, -1) : nameWord.text;
  const nameSpan = { ...nameWord.span, end: nameWord.span.start + name.length };
  const { source, sourceSpan, rest } = readSourceWords(nameWord, others, report);
  const options = readOptions(rest, { keys: OPTIONS, report });
  const by = readUnit(options.by, report);
  checkBoundOrder(options, report);
  checkFit({ name: nameWord, source, sourceSpan, optional, options }, report);
  return {
    name,
    nameSpan,
    optional,
    source,
    sourceSpan,
    by,
    default: options.default?.text ?? null,
    min: options.min?.text ?? null,
    max: options.max?.text ?? null,
    precision: readPrecision(options.precision, report),
    span: line.span,
  };
}

function readSourceWords(
  name: Word,
  words: readonly Word[],
  report: Report,
): { source: TaggedSource | null; sourceSpan: Span; rest: readonly Word[] } {
  const example = `as "@param ${name.text} in query"`;
  const [first, second] = words;
  if (first?.text !== "in") {
    report({
      span: name.span,
      message: `Missing "in" after "${name.text}"`,
      help: `Say where the value comes from, ${example}`,
    });
    const sourceGiven = first !== undefined && !first.text.includes("=");
    return { source: null, sourceSpan: name.span, rest: words.slice(sourceGiven ? 1 : 0) };
  }
  if (second === undefined || second.text.includes("=") && !second.text.includes(":")) {
    report({
      span: first.span,
      message: `Missing source after "in"`,
      help: `Say where the value comes from, ${example}`,
    });
    return { source: null, sourceSpan: first.span, rest: words.slice(1) };
  }
  return { source: readSource(second, report), sourceSpan: second.span, rest: words.slice(2) };
}

function readSource({ text, span }: Word, report: Report): TaggedSource | null {
  const plain = PLAIN_SOURCES.find((source) => source === text);
  if (plain !== undefined) return { in: plain };
  const kind = text.split(":", 1)[0];
  const key = text.slice(text.indexOf(":") + 1);
  if (kind === "claim" || kind === "bucket") {
    if (key !== "" && text.includes(":")) {
      return kind === "claim" ? { in: kind, claim: key } : { in: kind, of: key };
    }
    const [what, example] = kind === "claim"
      ? ["claim", "claim:tenant"]
      : ["parameter", "bucket:observed_at"];
    report({
      span,
      message: `Missing ${what} after "${text}"`,
      help: `Name it after a colon, for example "${example}"`,
    });
    return null;
  }
  const word = text.includes(":") ? `${kind}:` : text;
  report({ span, message: `Unknown source "${text}"`, help: suggest(word, SOURCES) });
  return null;
}

function readPrecision(word: Word | undefined, report: Report): Precision | null {
  if (word === undefined) return null;
  const precision = PRECISIONS.find((known) => known === word.text);
  if (precision !== undefined) return precision;
  report({
    span: word.span,
    message: `Unknown precision "${word.text}"`,
    help: 'Write "truncate", or leave the option out: what would be cut off is then refused',
  });
  return null;
}

/** Enough for any number that a bound is for. */
const BOUND = /^[+-]?\d{1,100}(?:\.\d{1,100})?$/;

/** Whether a bound fits the type is known to the server alone. */
function checkBoundOrder({ min, max }: Options, report: Report): void {
  const [least, most] = [min, max].map((word) => {
    if (word === undefined) return null;
    if (BOUND.test(word.text)) return scaled(word.text);
    report({
      span: word.span,
      message: `Cannot use "${word.text}" as a bound: not a number`,
      help: "Write digits, with a sign or a fraction where needed",
    });
    return null;
  });
  if (min === undefined || max === undefined || least == null || most == null) return;
  if (least <= most) return;
  report({
    span: max.span,
    message: `Cannot use maximum ${max.text}: smaller than the minimum ${min.text}`,
    help: "Raise the maximum, or lower the minimum",
  });
}

/** A bound in units of its hundredth decimal place, so that nothing is rounded. */
function scaled(bound: string): bigint {
  const [whole = "", fraction = ""] = bound.replace("+", "").split(".");
  return BigInt(whole + fraction.padEnd(100, "0"));
}

type Options = { readonly [Name in Option]?: Word };

interface ParamParts {
  readonly name: Word;
  readonly source: TaggedSource | null;
  readonly sourceSpan: Span;
  readonly optional: boolean;
  readonly options: Options;
}

/** The parts of the tag that exclude or need one another. */
function checkFit({ name, source, sourceSpan, optional, options }: ParamParts, report: Report) {
  if (optional && options.default !== undefined) {
    report({
      span: name.span,
      message: `Cannot use both "?" and "default": a parameter with a default is never left out`,
      help: "Remove one of them",
    });
  }
  if (source?.in === "bucket" && options.by === undefined) {
    reportMissingUnit({ span: sourceSpan }, report);
  }
  if (source?.in === "bucket" && optional) {
    report({
      span: name.span,
      message: `Cannot leave out "${name.text.slice(0, -1)}": a bucket is always derived`,
      help: `Remove the "?"`,
    });
  }
  if (source?.in === "if-match" && optional) {
    report({
      span: name.span,
      message: `Cannot leave out "${name.text.slice(0, -1)}": without If-Match nothing is compared`,
      help: `Remove the "?"`,
    });
  }
  for (const option of OPTIONS) {
    const word = options[option];
    const help = source === null ? null : helpToRemove(option, source);
    if (word === undefined || source === null || help === null) continue;
    const what = source.in === "if-match" ? "If-Match" : `a ${source.in}`;
    report({ span: word.span, message: `Cannot use "${option}" with ${what}`, help });
  }
}

/** What to do about an option that cannot stand beside the source; null if it can. */
function helpToRemove(option: Option, { in: source }: TaggedSource): string | null {
  if (source === "if-match") return "Remove it: the entity tag is compared unchanged";
  if (option === "by") {
    return source === "claim" || source === "header"
      ? "Remove it, or take the value from the path, the query or the body"
      : null;
  }
  return source === "claim" || source === "bucket"
    ? "Remove it: the value never comes from the caller"
    : null;
}
