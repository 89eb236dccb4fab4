/**
 * The table of options that `@param` knows: each is one line here and one file.
 *
 * @module
 */

import type { Word } from "../../../text/comment.ts";
import type { Report } from "../../../text/source.ts";
import { readOptions } from "../../tag_line.ts";
import { kindOf } from "../sources/sources.ts";
import { absentOption } from "./absent_option.ts";
import { asOption } from "./as_option.ts";
import { maxOption, minOption } from "./bound_options.ts";
import { byOption } from "./by_option.ts";
import { defaultOption } from "./default_option.ts";
import { encodingOption } from "./encoding_option.ts";
import { enumOption } from "./enum_option.ts";
import { formatOption } from "./format_option.ts";
import { numberOption } from "./number_option.ts";
import type { ParamOption, TagParts } from "./param_option.ts";
import { patternOption } from "./pattern_option.ts";
import { precisionOption } from "./precision_option.ts";
import { unitOption } from "./unit_option.ts";

const OPTIONS = {
  as: asOption,
  by: byOption,
  unit: unitOption,
  number: numberOption,
  default: defaultOption,
  absent: absentOption,
  min: minOption,
  max: maxOption,
  enum: enumOption,
  pattern: patternOption,
  format: formatOption,
  precision: precisionOption,
  encoding: encodingOption,
} as const satisfies Record<string, ParamOption<unknown>>;

type OptionKey = keyof typeof OPTIONS;

/** What the options of a tag say, under their keys; null if one is left out. */
export type ParamOptions = {
  readonly [Key in OptionKey]: ReturnType<typeof OPTIONS[Key]["read"]>;
};

export type OptionWords = { readonly [Key in OptionKey]?: Word };

const KEYS = Object.keys(OPTIONS) as readonly OptionKey[];

/** What a parameter without a tag has. */
export const NO_OPTIONS = readOptionValues({}, () => {});

/** The words after each key. */
export function readOptionWords(words: readonly Word[], report: Report): OptionWords {
  return readOptions(words, { keys: KEYS, report });
}

/** What the words say. */
export function readOptionValues(words: OptionWords, report: Report): ParamOptions {
  const values = KEYS.map((key) => {
    const word = words[key];
    return [key, word === undefined ? null : OPTIONS[key].read(word, report)];
  });
  // Each value was made by the reader of its key, which the types cannot follow through a loop.
  return Object.fromEntries(values) as unknown as ParamOptions;
}

/** Reports options that do not fit the source, and those that exclude one another. */
export function checkOptions(tag: TagParts, report: Report): void {
  for (const key of KEYS) {
    const word = tag.words[key];
    if (word === undefined) continue;
    const option: ParamOption<unknown> = OPTIONS[key];
    option.check(word, tag, report);
    const { source } = tag;
    if (source === null || option.sources.includes(source.in)) continue;
    const { phrase, withoutOption } = kindOf(source);
    report({
      span: word.span,
      message: `Cannot use "${key}" with ${phrase}`,
      help: option.elsewhere[source.in] ?? withoutOption,
    });
  }
}
