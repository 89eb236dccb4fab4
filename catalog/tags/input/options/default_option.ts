/**
 * `default=10`: the text to use where the caller sends nothing, read like the value of a query parameter.
 *
 * @module
 */

import { SENT } from "../sources/sent_sources.ts";
import type { ParamOption } from "./param_option.ts";

export const defaultOption: ParamOption<string> = {
  read: ({ text }) => text,
  sources: SENT,
  elsewhere: {},
  check(_word, { name, optional }, report) {
    if (!optional) return;
    report({
      span: name.span,
      message: `Cannot use both "?" and "default": a parameter with a default is never left out`,
      help: "Remove one of them",
    });
  },
};
