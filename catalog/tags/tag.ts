/**
 * What a tag is. Each tag is a file that exports a `Tag`, in the room of what it is about, and a line in the
 * table of `tags.ts`. What it means together with the rest of its query is for a rule in `checks/`.
 *
 * @module
 */

import type { Report } from "../text/source.ts";
import type { Method } from "./parts/method.ts";
import type { Mode } from "./parts/mode.ts";
import type { TagLine } from "./tag_line.ts";

export interface Tag<Value> {
  /** Whether a query may have the tag more than once. */
  readonly repeats: boolean;
  /** What it may say something about. Default: a query. */
  readonly about?: TagSubject;
  /** What the tag says; null if nothing can be made of it. */
  readonly read: (line: TagLine, report: Report) => Value | null;
}

/** A query, a file by tags before its first header, or either. */
export type TagSubject = "query" | "file" | "either";

/** A tag that says something about the query as a whole. */
export interface QueryTag<Value, Setting> extends Tag<Value> {
  /** What a query without mistakes carries under the tag's name; `tag` is null if the query lacks it. */
  readonly settle: (tag: Value | null, query: TaggedQuery) => Setting;
}

/** What a setting may depend on. */
export interface TaggedQuery {
  readonly mode: Mode;
  /** Null if the query has no route. */
  readonly method: Method | null;
  /** Whether a value is generated, so that something new may be created. */
  readonly generates: boolean;
  /** Whether it answers with values that it was sent. */
  readonly returns: boolean;
}
