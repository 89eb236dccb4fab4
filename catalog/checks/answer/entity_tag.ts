/**
 * `@etag` against the rest of the query: an entity tag tells the versions of one row apart, over HTTP.
 *
 * @module
 */

import type { Report } from "../../text/source.ts";
import { reportNoRoute } from "../no_route.ts";
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
  if (route === null) reportNoRoute({ tag: "@etag", span }, report);
}
