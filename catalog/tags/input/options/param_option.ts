/**
 * What an option of `@param` is, such as `min=1`. Each option is a file that exports a `ParamOption`,
 * and a line in the table of `options.ts`. Only the server knows whether
 * its value fits the type of the marker, so `db/prepare/checks/` judges it.
 *
 * @module
 */

import type { Word } from "../../../text/comment.ts";
import type { Report, Span } from "../../../text/source.ts";
import type { SourceName, TaggedSource } from "../sources/sources.ts";

export interface ParamOption<Value> {
  /** What the word after the sign says; null if it is reported. */
  readonly read: (word: Word, report: Report) => Value | null;
  /** The sources that it fits. */
  readonly sources: readonly SourceName[];
  /** What to do about it with another source, unless that source has something better to say. */
  readonly elsewhere: { readonly [Name in SourceName]?: string };
  /** Reports what conflicts with the rest of the tag. */
  readonly check: (word: Word, tag: TagParts, report: Report) => void;
}

/** A tag as it is written, before its parts are checked against each other. */
export interface TagParts {
  /** The name's word, with its `?`. */
  readonly name: Word;
  readonly optional: boolean;
  /** Null if it is missing or unknown. */
  readonly source: TaggedSource | null;
  readonly sourceSpan: Span;
  /** The options that are there, by their keys. */
  readonly words: { readonly [key: string]: Word | undefined };
}

/** An option that conflicts with nothing that its sources allow. */
export const UNCHECKED = () => {};
