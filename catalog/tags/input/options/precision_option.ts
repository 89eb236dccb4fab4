/**
 * `precision=truncate`: what happens to digits of an instant that its type cannot hold. Without it
 * they are refused.
 *
 * @module
 */

import { SENT } from "../sources/sent_sources.ts";
import { type ParamOption, UNCHECKED } from "./param_option.ts";

const PRECISIONS = ["truncate"] as const;

/** Digits that the type cannot hold are cut off. */
export type Precision = typeof PRECISIONS[number];

export const precisionOption: ParamOption<Precision> = {
  read({ text, span }, report) {
    const precision = PRECISIONS.find((known) => known === text);
    if (precision !== undefined) return precision;
    report({
      span,
      message: `Unknown precision "${text}"`,
      help: 'Write "truncate", or leave the option out: what would be cut off is then refused',
    });
    return null;
  },
  sources: SENT,
  elsewhere: {},
  check: UNCHECKED,
};
