/**
 * `@param … in if-match` against the rest of the query: the entity tag that a caller saw is what an
 * `IF` compares (RFC 9110, section 13.1.1).
 *
 * @module
 */

import type { Report } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

export function checkIfMatchCondition(
  { tags, mode, route, roles }: QueryFacts,
  report: Report,
): void {
  const matching = tags.param.filter(({ source }) => source?.in === "if-match");
  const [first] = matching;
  for (const { name, sourceSpan } of matching) {
    const cannotTake = (state: string, help: string) =>
      report({
        span: sourceSpan,
        message: `Cannot take "${name}" from If-Match: ${state}`,
        help,
      });
    const own = roles.filter(({ marker }) => marker.name === name);
    if (route === null) {
      cannotTake("the query has no @route", "Add an @route, or name another source");
    }
    if (mode !== null && mode !== "applied") {
      cannotTake(
        `mode ":${mode}" has no condition`,
        "Name another source, or compare with it in an IF",
      );
    } else if (own.length > 0 && !own.some(({ role }) => role.kind === "condition")) {
      cannotTake(
        "no condition compares with it",
        `Compare a column with it, for example "IF version = :${name}"`,
      );
    }
    if (first !== undefined && first.name !== name) {
      cannotTake(`"${first.name}" is taken from it already`, "Take one of them from elsewhere");
    }
  }
}
