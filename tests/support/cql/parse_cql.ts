/**
 * A statement as its text, for tests of what is done with its tree.
 *
 * @module
 */
import { parseStatement } from "../../../catalog/statement/grammar/parse_statement.ts";
import type { Statement } from "../../../catalog/statement/statement.ts";
import { lex, wholeFile } from "../../../catalog/text/lex.ts";

/** @throws {TypeError} if the text has no token */
export function parseCql(text: string): Statement {
  const [first, ...rest] = lex(wholeFile({ path: "test.cql", text }), () => {})
    .filter(({ kind }) => kind !== "comment");
  if (first === undefined) throw new TypeError("Cannot parse a statement: no tokens");
  return parseStatement([first, ...rest]);
}
