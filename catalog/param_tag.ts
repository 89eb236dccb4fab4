/**
 * The `@param name[?] in source by=unit default=value` tag, as far as it can be judged by itself.
 * Whether the statement has such a marker is for `params.ts`.
 *
 * @module
 */

import type { Word } from "./comment.ts";
import type { BucketUnit, Report, Span } from "./query.ts";
import { suggest } from "./suggest.ts";
import { readOptions, type TagLine } from "./tag_line.ts";

export interface ParamTag {
  readonly name: string;
  readonly nameSpan: Span;
  readonly optional: boolean;
  /** Null where it is missing or unknown. */
  readonly source: TaggedSource | null;
  readonly sourceSpan: Span;
  readonly by: BucketUnit | null;
  readonly default: string | null;
  readonly span: Span;
}

export type TaggedSource =
  | { readonly in: "path" | "query" | "header" | "body" }
  | { readonly in: "claim"; readonly claim: string }
  | { readonly in: "bucket"; readonly of: string };

const UNITS: readonly BucketUnit[] = ["hour", "day", "week", "month", "year"];
const PLAIN_SOURCES = ["path", "query", "header", "body"] as const;
const SOURCES = [...PLAIN_SOURCES, "claim:", "bucket:"];

export function readParam(line: TagLine, report: Report): ParamTag | null {
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
  const options = readOptions(rest, { keys: ["by", "default"], report });
  const by = readUnit(options.by, report);
  checkFit({ name: nameWord, source, sourceSpan, optional, options }, report);
  return {
    name,
    nameSpan,
    optional,
    source,
    sourceSpan,
    by,
    default: options.default?.text ?? null,
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
      help: `Name it after a colon, as "${example}"`,
    });
    return null;
  }
  const word = text.includes(":") ? `${kind}:` : text;
  report({ span, message: `Unknown source "${text}"`, help: suggest(word, SOURCES) });
  return null;
}

function readUnit(word: Word | undefined, report: Report): BucketUnit | null {
  if (word === undefined) return null;
  const unit = UNITS.find((unit) => unit === word.text) ?? null;
  if (unit === null) {
    const message = `Unknown unit "${word.text}"`;
    report({ span: word.span, message, help: suggest(word.text, UNITS) });
  }
  return unit;
}

interface ParamParts {
  readonly name: Word;
  readonly source: TaggedSource | null;
  readonly sourceSpan: Span;
  readonly optional: boolean;
  readonly options: { readonly by?: Word; readonly default?: Word };
}

/** The parts of the tag that exclude or need one another. */
function checkFit({ name, source, sourceSpan, optional, options }: ParamParts, report: Report) {
  const { by, default: defaultValue } = options;
  if (optional && defaultValue !== undefined) {
    report({
      span: name.span,
      message: `Cannot use both "?" and "default": a parameter with a default is never left out`,
      help: "Remove one of them",
    });
  }
  if (source?.in === "bucket" && by === undefined) {
    report({
      span: sourceSpan,
      message: "Missing unit of the bucket",
      help: `Add the unit, for example "by=month"`,
    });
  }
  if (source?.in === "bucket" && optional) {
    report({
      span: name.span,
      message: `Cannot leave out "${name.text.slice(0, -1)}": a bucket is always derived`,
      help: `Remove the "?"`,
    });
  }
  if ((source?.in === "claim" || source?.in === "header") && by !== undefined) {
    report({
      span: by.span,
      message: `Cannot use "by" with a ${source.in}`,
      help: `Remove it, or take the value from the path, the query or the body`,
    });
  }
  if ((source?.in === "claim" || source?.in === "bucket") && defaultValue !== undefined) {
    report({
      span: defaultValue.span,
      message: `Cannot use "default" with a ${source.in}`,
      help: `Remove it: the value never comes from the caller`,
    });
  }
}
