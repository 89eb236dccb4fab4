/**
 * What kind of statement it is: its verb, and whether it is a lightweight transaction. Other
 * statements than reads and writes of rows have no place in a query file.
 *
 * @module
 */

import type { Verb } from "../query.ts";
import type { Report } from "../text/source.ts";
import type { Statement } from "../text/split.ts";
import { closest } from "../text/suggest.ts";
import { isKeyword } from "../text/tokenize.ts";

export interface StatementKind {
  /** Null where the statement has no place in a query file. */
  readonly verb: Verb | null;
  /** Whether a write has an `IF`. */
  readonly conditional: boolean;
}

const VERBS: Readonly<Record<string, Verb>> = {
  SELECT: "select",
  INSERT: "insert",
  UPDATE: "update",
  DELETE: "delete",
  BEGIN: "batch",
};

export function classify({ tokens }: Statement, report: Report): StatementKind {
  const [first] = tokens;
  const keywords = Object.keys(VERBS);
  const keyword = keywords.find((keyword) => isKeyword(first, keyword));
  const verb = keyword === undefined ? null : VERBS[keyword]!;
  if (verb === null) {
    const near = first.kind === "word" ? closest(first.text, keywords) : null;
    report({
      span: first.span,
      message: `Cannot serve a statement that begins with "${first.text}"`,
      help: near === null
        ? "Keep to SELECT, INSERT, UPDATE, DELETE and BEGIN BATCH; a migration can hold the others"
        : `Did you mean "${near}"?`,
    });
  }
  // IF is a reserved word: without quotes it is nothing but a condition.
  const conditional = verb !== "select" && tokens.some((token) => isKeyword(token, "IF"));
  return { verb, conditional };
}
