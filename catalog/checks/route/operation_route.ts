/**
 * `@operation` against the rest of the query: only a route is an operation.
 *
 * @module
 */

import type { Report } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

export function checkOperationRoute({ tags, route }: QueryFacts, report: Report): void {
  const [tag] = tags.operation;
  if (tag === undefined || route !== null) return;
  report({
    span: tag.nameSpan,
    message: "Cannot use @operation: the query has no @route",
    help: "Add an @route, or remove the tag to keep the query internal",
  });
}
