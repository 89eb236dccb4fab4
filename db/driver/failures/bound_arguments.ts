/**
 * Whether a function or an operator of a statement works on bound values. If none does, a failure is not the
 * fault of the caller's values.
 *
 * @module
 */
import { parseStatement } from "../../../catalog/statement/grammar/parse_statement.ts";
import type { Statement } from "../../../catalog/statement/statement.ts";
import { markersIn, walkTerm } from "../../../catalog/statement/term.ts";
import { termsOf } from "../../../catalog/statement/terms_of.ts";
import { lex, wholeFile } from "../../../catalog/text/lex.ts";

type Work = "call" | "arithmetic" | "cast";

/**
 * For statements that have failed: the text is read for each. True where it cannot be read.
 *
 * @param work what may have failed; anything by default
 */
export function bindsArguments(
  cql: string,
  work: readonly Work[] = ["call", "arithmetic", "cast"],
): boolean {
  const [first, ...rest] = lex(wholeFile({ path: "", text: cql }), () => {})
    .filter(({ kind }) => kind !== "comment");
  if (first === undefined) return true;
  const statement = parseStatement([first, ...rest]);
  return statement.kind === "opaque" || bindsIn(statement, work);
}

function bindsIn(statement: Statement, work: readonly string[]): boolean {
  return termsOf(statement).flatMap((term) => [...walkTerm(term)]).some((term) =>
    work.includes(term.kind) && markersIn(term).length > 0
  );
}
