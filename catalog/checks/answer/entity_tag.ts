/**
 * `@etag` against the rest of the query: an entity tag tells the versions of one row apart, over HTTP.
 *
 * @module
 */

import type { Report } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

export function checkEntityTag({ tags, mode, route }: QueryFacts, report: Report): void {
  const [tag] = tags.etag;
  if (tag === undefined) return;
  const { span } = tag;
  if (mode !== null && mode !== "one") {
    report({
      span,
      message: `Cannot use @etag with mode ":${mode}": only ":one" answers with a single row`,
      help: "Remove the tag",
    });
  }
  if (route === null) {
    report({
      span,
      message: "Cannot use @etag: the query has no @route",
      help: "Add an @route, or remove the tag to keep the query internal",
    });
  }
}
