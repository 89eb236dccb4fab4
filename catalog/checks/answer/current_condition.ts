/**
 * `@current` against the rest of the query: only a condition that did not hold shows a row.
 *
 * @module
 */

import type { Report } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

export function checkCurrentCondition({ tags, mode }: QueryFacts, report: Report): void {
  const [tag] = tags.current;
  if (tag === undefined || mode === null || mode === "applied") return;
  report({
    span: tag.span,
    message: `Cannot use @current with mode ":${mode}": only ":applied" has a condition`,
    help: "Remove the tag",
  });
}
