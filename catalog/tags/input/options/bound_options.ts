/**
 * `min=1 max=100`: bounds, read like the value of a query parameter. They apply to the value of a
 * number, the characters of a text and the members of a collection.
 *
 * @module
 */

import type { Word } from "../../../text/comment.ts";
import type { Report } from "../../../text/source.ts";
import { SENT } from "../sources/sent_sources.ts";
import { checkNoBucket } from "./no_bucket.ts";
import type { ParamOption, TagParts } from "./param_option.ts";

export const minOption: ParamOption<string> = {
  read: readBound,
  sources: SENT,
  elsewhere: {},
  check: (word, tag, report) => checkNoBucket("min", { word, tag, report }),
};

export const maxOption: ParamOption<string> = {
  ...minOption,
  check(word, tag, report) {
    checkNoBucket("max", { word, tag, report });
    checkOrder(word, tag, report);
  },
};

/** Enough for any number that a bound is for. */
const BOUND = /^[+-]?\d{1,100}(?:\.\d{1,100})?$/;

function readBound({ text, span }: Word, report: Report): string | null {
  if (BOUND.test(text)) return text;
  report({
    span,
    message: `Cannot use "${text}" as a bound: not a number`,
    help: "Write digits, with a sign or a fraction where needed",
  });
  return null;
}

function checkOrder(max: Word, { words: { min } }: TagParts, report: Report): void {
  if (min === undefined || !BOUND.test(min.text) || !BOUND.test(max.text)) return;
  if (scaled(min.text) <= scaled(max.text)) return;
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
