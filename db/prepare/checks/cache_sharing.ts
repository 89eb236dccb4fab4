/**
 * `@cache` against the functions that the statement calls: an answer that is made up for each caller cannot be
 * shared.
 *
 * @module
 */
import type { Query } from "../../../catalog/query.ts";
import type { Report } from "../../../catalog/text/source.ts";
import { isShared } from "../facts/sharing.ts";

export function checkCacheSharing(query: Query, report: Report): void {
  if (query.cache === null || isShared(query)) return;
  const { span } = query.cache;
  if (query.parsed.kind === "opaque") {
    report({
      span,
      message: "Cannot use @cache: cqlgate cannot tell whether callers may share the answers",
      help: "Remove it: cqlgate cannot read the statement",
    });
    return;
  }
  report({
    span,
    message: "Cannot use @cache: the statement calls a function whose value may differ each time",
    help: "Remove the tag or the call: now(), uuid() and user-defined functions are for one caller",
  });
}
