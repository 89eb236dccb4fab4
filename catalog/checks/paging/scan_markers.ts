/**
 * `@scan` against the rest of the query: its markers must be the ends of a range of tokens that leaves no
 * row out and reads none twice. Whether `token()` is called with the whole partition key is for the server
 * to say.
 *
 * @module
 */

import { suggestMarker } from "../../parse/params.ts";
import type { Relation, SelectStatement } from "../../statement/statement.ts";
import { unhinted } from "../../statement/term.ts";
import { SCAN_PARAMETERS } from "../../tags/paging/scan_tag.ts";
import type { Word } from "../../text/comment.ts";
import type { Report } from "../../text/source.ts";
import type { QueryFacts, Rule } from "../rule.ts";

export const checkScanMarkers: Rule = (query, report) => {
  const { tags: { scan: [scan], walk: [walk] }, mode, statement } = query;
  if (scan === undefined) return;
  const refuse = (message: string, help: string) => report({ span: scan.span, message, help });
  if (mode !== null && mode !== "many") {
    refuse(
      `Cannot use @scan with mode ":${mode}": only ":many" reads a table`,
      `Remove the tag, or use ":many"`,
    );
  }
  if (walk !== undefined) {
    refuse(
      "Cannot use both @scan and @walk: one reads the whole table, the other a range of time",
      "Remove one of them",
    );
  }
  const ends = [scan.from, scan.to].filter((end) => end !== null);
  for (const end of ends) checkEnd(end, query, report);
  if (scan.from !== null && scan.from.text === scan.to?.text) {
    report({
      span: scan.to.span,
      message: `Cannot scan from ":${scan.from.text}" to itself`,
      help: "Use separate markers for the two ends of a range",
    });
  }
  for (const { name, source, as, span } of query.route === null ? [] : query.params) {
    const clientName = as ?? name;
    if (source.in !== "query" || !SCAN_PARAMETERS.includes(clientName)) continue;
    report({
      span,
      message: `Cannot take "${clientName}" from the query: @scan takes the range from it`,
      help: 'Rename the marker, give it another name with "as=", or take its value from elsewhere',
    });
  }
  if (statement.kind === "opaque") {
    refuse(
      "Cannot scan: the statement cannot be read, so its ranges might leave out rows",
      "Remove the tag, or write the statement in a form that this release knows",
    );
  } else if (statement.kind === "select") checkSelect(statement, query, report);
};

function checkEnd(end: Word, { markers, tags, route }: QueryFacts, report: Report): void {
  if (!markers.some(({ name }) => name === end.text)) {
    report({
      span: end.span,
      message: `Cannot find marker ":${end.text}" in the statement`,
      help: suggestMarker(end.text, markers),
    });
  }
  for (const { span } of tags.param.filter(({ name }) => name === end.text)) {
    report({
      span,
      message: `Cannot use @param for "${end.text}": @scan gives it its values`,
      help: "Remove the @param, or remove @scan",
    });
  }
  for (const { text, span } of route?.path?.markers ?? []) {
    if (text !== end.text) continue;
    report({
      span,
      message: `Cannot take "${text}" from the path: @scan gives it its values`,
      help: `Remove "{${text}}" from the path, or remove @scan`,
    });
  }
}

function checkSelect(
  { where, limit }: SelectStatement,
  { tags: { scan: [scan] }, markers }: QueryFacts,
  report: Report,
): void {
  if (limit !== null) {
    report({
      span: limit.span,
      message: "Cannot scan with a LIMIT: it would apply to each range by itself",
      help: 'Leave it out: "@page" bounds a page',
    });
  }
  for (const [end, comparator] of [[scan?.from, ">"], [scan?.to, "<="]] as const) {
    // A marker that is not there is reported already.
    if (!end || !markers.some(({ name }) => name === end.text)) continue;
    if (where.some((relation) => comparesToken(relation, comparator, end.text))) continue;
    report({
      span: end.span,
      message: `Cannot scan: ":${end.text}" does not stand behind "token(…) ${comparator}"`,
      help:
        'Write "token(key) > :start_token AND token(key) <= :end_token" with the whole partition key, so that ranges meet and do not overlap',
    });
  }
}

function comparesToken(relation: Relation, comparator: string, marker: string): boolean {
  if (relation.kind !== "token_comparison" || relation.comparator !== comparator) return false;
  const value = unhinted(relation.value);
  return value.kind === "marker" && value.name === marker;
}
