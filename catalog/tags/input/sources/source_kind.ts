/**
 * What a source of `@param` is: where a value comes from. Each kind is a file that exports a
 * `SourceKind`, and a line in the table of `sources.ts`.
 *
 * @module
 */

import type { Word } from "../../../text/comment.ts";
import type { Report } from "../../../text/source.ts";

export interface SourceKind<Source> {
  /** What follows its name and a colon, as in `claim:tenant`; null if nothing does. */
  readonly key: { readonly what: string; readonly example: string } | null;
  /** The source with that key, which is empty where the kind has none; null if it is reported. */
  readonly read: (key: Word, report: Report) => Source | null;
  /** In 'Cannot use "min" with a claim'. */
  readonly phrase: string;
  /** What to do about an option that does not fit, unless the option says it better. */
  readonly withoutOption: string;
  /** Why the value cannot be left out; null if it can. */
  readonly required: string | null;
}
