/**
 * The kind of statement: only reads and writes of rows have a place in a query file.
 *
 * @module
 */

import type { Report } from "../../text/source.ts";
import { closest } from "../../text/suggest.ts";
import type { QueryFacts } from "../rule.ts";

const KEYWORDS = ["SELECT", "INSERT", "UPDATE", "DELETE", "BEGIN"];

export function checkVerb({ verb, start }: QueryFacts, report: Report): void {
  if (verb !== null) return;
  const near = start.kind === "word" ? closest(start.text, KEYWORDS) : null;
  report({
    span: start.span,
    message: `Cannot serve a statement that begins with "${start.text}"`,
    help: near === null
      ? "Use SELECT, INSERT, UPDATE, DELETE or BEGIN BATCH; put other statements in a migration"
      : `Did you mean "${near}"?`,
  });
}
