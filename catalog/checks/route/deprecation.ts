/**
 * `@deprecated` against the rest of the query: it is about a route.
 *
 * @module
 */

import type { Report } from "../../text/source.ts";
import { reportNoRoute } from "../no_route.ts";
import type { QueryFacts } from "../rule.ts";

export function checkDeprecation({ tags, route }: QueryFacts, report: Report): void {
  const [tag] = tags.deprecated;
  if (tag === undefined || route !== null) return;
  reportNoRoute({
    tag: "@deprecated",
    span: tag.span,
    help: "Add an @route, or remove the tag: hand-written routes have a deprecation of their own",
  }, report);
}
