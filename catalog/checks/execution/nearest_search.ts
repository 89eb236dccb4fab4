/**
 * `ORDER BY column ANN OF vector`: what Cassandra accepts when it prepares such a search, and refuses whenever it
 * runs it.
 *
 * Source: `SelectStatement.execute()` and `StorageAttachedIndex.validate()` of Cassandra 5.0.
 *
 * @module
 */

import type { Param } from "../../query.ts";
import { isAggregate } from "../../statement/aggregate.ts";
import type { Ordering, SelectStatement } from "../../statement/statement.ts";
import { walkTerm } from "../../statement/term.ts";
import { isSerial } from "../../tags/execution/consistency_tag.ts";
import type { Report } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

/** Cassandra's default of `cassandra.sai.vector_search.max_top_k`. */
const MAX_ROWS = 1000;

export function checkNearestSearch(
  { statement, tags, params }: QueryFacts,
  report: Report,
): void {
  const search = searchOf(statement);
  if (search === null) return;
  const { select, ordering } = search;
  checkLimit(search, { params, report });
  if (select.perPartitionLimit !== null) {
    report({
      span: select.perPartitionLimit.span,
      message:
        "Cannot limit the rows of each partition in a search for the nearest vectors: Cassandra refuses it",
      help: 'Remove "PER PARTITION LIMIT"',
    });
  }
  checkAggregates(select, report);
  const level = tags.consistency[0]?.level;
  if (isSerial(level)) {
    report({
      span: ordering.span,
      message: `Cannot search for the nearest vectors at consistency level "${level}"`,
      help: 'Give the query "@consistency LOCAL_ONE": an index is searched at no higher level',
    });
  }
}

interface Search {
  readonly select: SelectStatement;
  readonly ordering: Ordering;
}

function searchOf(statement: QueryFacts["statement"]): Search | null {
  if (statement.kind !== "select") return null;
  const ordering = statement.orderBy.find(({ nearest }) => nearest !== null);
  return ordering === undefined ? null : { select: statement, ordering };
}

function checkLimit(
  { select: { limit }, ordering }: Search,
  { params, report }: { readonly params: readonly Param[]; readonly report: Report },
): void {
  if (limit === null) {
    report({
      span: ordering.span,
      message: "Cannot search for the nearest vectors without a LIMIT: Cassandra refuses it",
      help: `Add a LIMIT of at most ${MAX_ROWS}`,
    });
    return;
  }
  if (limit.kind === "literal") {
    if (BigInt(limit.value) <= MAX_ROWS) return;
    report({
      span: limit.span,
      message: `Cannot search for the nearest ${limit.value} vectors: Cassandra refuses it`,
      help: `Write a LIMIT of at most ${MAX_ROWS}`,
    });
    return;
  }
  const param = params.find(({ name }) => name === limit.name);
  if (param !== undefined) checkParam(param, report);
}

function checkParam(
  { name, optional, default: otherwise, max, enum: values, span }: Param,
  report: Report,
): void {
  if (optional) {
    report({
      span,
      message:
        `Parameter "${name}" cannot be optional: Cassandra refuses a search for the nearest ` +
        "vectors without a LIMIT",
      help: 'Remove the "?", and add "default=" if callers may leave it out',
    });
  }
  const tooMany = [max, otherwise, ...values ?? []].find((number) =>
    number !== null && Number(number) > MAX_ROWS
  );
  if (tooMany !== undefined) {
    report({
      span,
      message:
        `Parameter "${name}" cannot be ${tooMany}: Cassandra refuses a search for more than ` +
        `${MAX_ROWS} vectors`,
      help: `Allow at most ${MAX_ROWS}`,
    });
  }
}

function checkAggregates({ selectors, groupBy }: SelectStatement, report: Report): void {
  const aggregate = (selectors ?? []).find(({ term }) => walkTerm(term).some(isAggregate));
  const [group] = groupBy;
  const place = aggregate?.span ?? group?.span;
  if (place !== undefined) {
    report({
      span: place,
      message: "Cannot aggregate in a search for the nearest vectors: Cassandra refuses it",
      help: "Select the rows, and let the caller aggregate them",
    });
  }
}
