/**
 * `@current` against the rest of the query: only a condition that did not hold leaves a row to show.
 *
 * @module
 */

import type { Mode } from "../query.ts";
import type { CurrentTag } from "../tags/current_tag.ts";
import type { Report } from "../text/source.ts";

export function checkCurrent(
  { span }: CurrentTag,
  { mode, report }: { readonly mode: Mode | null; readonly report: Report },
): void {
  if (mode === null || mode === "applied") return;
  report({
    span,
    message: `Cannot use @current with mode ":${mode}": only ":applied" has a condition`,
    help: "Remove the tag",
  });
}
