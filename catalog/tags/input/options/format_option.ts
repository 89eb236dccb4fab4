/**
 * `format=email`: the form that a text, or each element of a list or set of texts, must have.
 *
 * @module
 */

import { suggest } from "../../../text/suggest.ts";
import { SENT } from "../sources/sent_sources.ts";
import { checkNoBucket } from "./no_bucket.ts";
import type { ParamOption } from "./param_option.ts";

const TEXT_FORMATS = [
  "email",
  "uri",
  "hostname",
  "ipv4",
  "ipv6",
  "uuid",
  "e164",
  "bcp47",
] as const;

export type TextFormat = typeof TEXT_FORMATS[number];

export const formatOption: ParamOption<TextFormat> = {
  read({ text, span }, report) {
    const format = TEXT_FORMATS.find((known) => known === text) ?? null;
    if (format === null) {
      report({
        span,
        message: `Unknown format "${text}"`,
        help: suggest(text, TEXT_FORMATS),
      });
    }
    return format;
  },
  sources: SENT,
  elsewhere: {},
  check: (word, tag, report) => checkNoBucket("format", { word, tag, report }),
};
