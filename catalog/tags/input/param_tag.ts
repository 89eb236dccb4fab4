/**
 * The `@param name[?] in source key=value …` tag, as far as it can be judged by itself. The sources are
 * in `sources/sources.ts`, the options in `options/options.ts`. Whether the statement has such a marker is
 * for `parse/params.ts`.
 *
 * @module
 */

import type { Word } from "../../text/comment.ts";
import type { Report, Span } from "../../text/source.ts";
import { reportMissingUnit } from "../parts/bucket_unit.ts";
import type { Tag } from "../tag.ts";
import type { TagLine } from "../tag_line.ts";
import {
  checkOptions,
  type ParamOptions,
  readOptionValues,
  readOptionWords,
} from "./options/options.ts";
import type { TagParts } from "./options/param_option.ts";
import { kindOf, readSourceWord, type TaggedSource } from "./sources/sources.ts";

export interface ParamTag {
  readonly name: string;
  readonly nameSpan: Span;
  readonly optional: boolean;
  /** Null if it is missing or unknown. */
  readonly source: TaggedSource | null;
  readonly sourceSpan: Span;
  readonly options: ParamOptions;
  readonly span: Span;
}

export const paramTag: Tag<ParamTag> = { repeats: true, about: "either", read: readParam };

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
  const { source, sourceSpan, rest } = readSourceWords(nameWord, others, report);
  const words = readOptionWords(rest, report);
  const options = readOptionValues(words, report);
  const parts = { name: nameWord, optional, source, sourceSpan, words };
  checkSource(parts, report);
  checkOptions(parts, report);
  return {
    name,
    nameSpan: { ...nameWord.span, end: nameWord.span.start + name.length },
    optional,
    source,
    sourceSpan,
    options,
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
    const place = words.slice(0, 2).findIndex(isSource);
    report({
      span: name.span,
      message: `Missing "in" after "${name.text}"`,
      help: place === -1
        ? `Say where the value comes from, ${example}`
        : `Write it as "@param ${name.text} in ${words[place]!.text}"`,
    });
    const sourceGiven = first !== undefined && !first.text.includes("=");
    const rest = words.slice(place === -1 ? sourceGiven ? 1 : 0 : place + 1);
    return { source: null, sourceSpan: name.span, rest };
  }
  if (second === undefined || second.text.includes("=") && !second.text.includes(":")) {
    report({
      span: first.span,
      message: `Missing source after "in"`,
      help: `Say where the value comes from, ${example}`,
    });
    return { source: null, sourceSpan: first.span, rest: words.slice(1) };
  }
  return { source: readSourceWord(second, report), sourceSpan: second.span, rest: words.slice(2) };
}

/** Whether a word says where a value comes from, without a mistake. */
function isSource(word: Word): boolean {
  return readSourceWord(word, () => {}) !== null;
}

/** Reports what a source needs, or cannot have, of the rest of the tag. */
function checkSource(tag: TagParts, report: Report): void {
  const { name, source, sourceSpan, optional, words } = tag;
  if (source === null) return;
  if (source.in === "bucket" && words.by === undefined) {
    reportMissingUnit({ span: sourceSpan }, report);
  }
  const { required } = kindOf(source);
  if (!optional || required === null) return;
  report({
    span: name.span,
    message: `Cannot leave out "${name.text.slice(0, -1)}": ${required}`,
    help: `Remove the "?"`,
  });
}
