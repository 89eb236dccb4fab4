/**
 * `@cache` against the rest of the query: only answers of reads are kept, and not every answer may be given to
 * other callers.
 *
 * @module
 */

import { isSerial } from "../../tags/execution/consistency_tag.ts";
import type { Report } from "../../text/source.ts";
import { nameOfVerb, type QueryFacts } from "../rule.ts";

export function checkCachedRead({ tags, verb }: QueryFacts, report: Report): void {
  const [tag] = tags.cache;
  if (tag === undefined || verb === null) return;
  const { span } = tag;
  if (verb !== "select") {
    report({
      span,
      message: `Cannot use @cache with ${nameOfVerb(verb)}: it has no rows to keep`,
      help: "Remove it: only reads can be answered from a cache",
    });
    return;
  }
  const level = tags.consistency[0]?.level;
  if (isSerial(level)) {
    report({
      span,
      message:
        `Cannot use @cache at consistency level "${level}": it is for callers who need the latest`,
      help: "Remove it, or read at another level",
    });
  }
  if (tags.scan.length > 0) {
    report({
      span,
      message: "Cannot use @cache with @scan: a whole table does not fit, and is read once",
      help: "Remove it",
    });
  }
  if (tags.coalesce.length > 0) {
    report({
      span,
      message: "Cannot use @cache with @coalesce off: callers share what is kept",
      help: "Remove one of them",
    });
  }
}
