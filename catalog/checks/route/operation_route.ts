/**
 * `@operation` against the rest of the query: only a route is an operation.
 *
 * @module
 */

import type { Report } from "../../text/source.ts";
import { reportNoRoute } from "../no_route.ts";
import type { QueryFacts } from "../rule.ts";

export function checkOperationRoute({ tags, route }: QueryFacts, report: Report): void {
  const [tag] = tags.operation;
  if (tag === undefined || route !== null) return;
  reportNoRoute({ tag: "@operation", span: tag.nameSpan }, report);
}
