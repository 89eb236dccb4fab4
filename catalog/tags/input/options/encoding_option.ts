/**
 * `encoding=hex`: how the bytes of a `blob` are written, in place of base64 with padding, whose `/`, `+`
 * and `=` a URL has to escape.
 *
 * @module
 */

import { suggest } from "../../../text/suggest.ts";
import { SENT } from "../sources/sent_sources.ts";
import { type ParamOption, UNCHECKED } from "./param_option.ts";

const ENCODINGS = ["base64url", "hex"] as const;

export type Encoding = typeof ENCODINGS[number];

export const encodingOption: ParamOption<Encoding> = {
  read({ text, span }, report) {
    const encoding = ENCODINGS.find((known) => known === text) ?? null;
    if (encoding === null) {
      report({
        span,
        message: `Unknown encoding "${text}"`,
        help: text === "base64"
          ? "Remove the option: without it, bytes are written in base64"
          : suggest(text, ENCODINGS),
      });
    }
    return encoding;
  },
  sources: SENT,
  elsewhere: {},
  check: UNCHECKED,
};
