/**
 * `pattern=[A-Z]{3}`: what a whole text, or each element of a list or set of texts, must match.
 *
 * @module
 */

import type { Word } from "../../../text/comment.ts";
import type { Report } from "../../../text/source.ts";
import { isSent, SENT } from "../sources/sent_sources.ts";
import { checkNoBucket } from "./no_bucket.ts";
import type { ParamOption, TagParts } from "./param_option.ts";
import { compilePattern, MAX_STEPS, type Pattern } from "./pattern.ts";

export const patternOption: ParamOption<Pattern> = {
  read({ text, span }, report) {
    const result = compilePattern(text);
    if (!("state" in result)) return result;
    const { state, help } = result;
    report({ span, message: `Cannot use pattern "${text}": ${state}`, help });
    return null;
  },
  sources: SENT,
  elsewhere: {},
  check(word, tag, report) {
    if (tag.source !== null && !isSent(tag.source)) return;
    checkNoBucket("pattern", { word, tag, report });
    checkLength(word, tag, report);
  },
};

function checkLength(word: Word, { words: { max } }: TagParts, report: Report): void {
  const { text, span } = word;
  if (max === undefined) {
    report({
      span,
      message: `Cannot use pattern "${text}" without "max"`,
      help: 'Add the number of characters, for example "max=100"',
    });
    return;
  }
  const pattern = compilePattern(text);
  if ("state" in pattern || !(pattern.size * Number(max.text) > MAX_STEPS)) return;
  report({
    span: max.span,
    message: `Cannot match pattern "${text}" with ${max.text} characters: that takes too long`,
    help: `Use at most "max=${Math.floor(MAX_STEPS / pattern.size)}", or a shorter pattern`,
  });
}
