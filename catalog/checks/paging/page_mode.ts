/**
 * `@page` against the mode: only many rows come in pages.
 *
 * @module
 */

import type { Report } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

export function checkPageMode({ tags, mode }: QueryFacts, report: Report): void {
  const [page] = tags.page;
  if (page === undefined || mode === null || mode === "many") return;
  report({
    span: page.span,
    message: `Cannot use @page with mode ":${mode}": only ":many" has pages`,
    help: "Remove the tag",
  });
}
