/**
 * Constants that Cassandra accepts when it prepares a statement, and refuses whenever it runs it: a limit or a
 * time that is out of range, and a restriction to null.
 *
 * @module
 */

import {
  type Comparator,
  type Relation,
  type Statement,
  type UsingOption,
  writesOf,
} from "../../statement/statement.ts";
import { type BindMarker, type Literal, unhinted } from "../../statement/term.ts";
import type { Report } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

/** Twenty years: Cassandra's `Attributes.MAX_TTL`. */
const MAX_TTL_SECONDS = 630_720_000n;
const MIN_TIMESTAMP = -(2n ** 63n) + 1n;

export function checkConstantBounds({ statement }: QueryFacts, report: Report): void {
  if (statement.kind === "select") {
    const { limit, perPartitionLimit } = statement;
    for (const value of [perPartitionLimit, limit]) checkLimit(value, report);
  }
  for (const option of usingOf(statement)) checkUsing(option, report);
  for (const relation of restrictionsOf(statement)) {
    checkNull(relation, { isRefused: (comparator) => comparator === "=", report });
  }
  for (const relation of conditionsOf(statement)) {
    const isRefused = (comparator: Comparator) => comparator !== "=" && comparator !== "!=";
    checkNull(relation, { isRefused, report });
  }
}

function usingOf(statement: Statement): UsingOption[] {
  const before = statement.kind === "batch" ? statement.using : [];
  return [...before, ...writesOf(statement).flatMap(({ using }) => using)];
}

function restrictionsOf(statement: Statement): Relation[] {
  if (statement.kind === "select") return [...statement.where];
  return writesOf(statement).flatMap((write) => write.kind === "insert" ? [] : write.where);
}

function conditionsOf(statement: Statement): Relation[] {
  return writesOf(statement).flatMap(({ condition }) =>
    condition?.kind === "relations" ? condition.relations : []
  );
}

function checkLimit(value: Literal | BindMarker | null, report: Report): void {
  if (value?.kind !== "literal" || BigInt(value.value) > 0n) return;
  report({
    span: value.span,
    message: `Cannot run a query with the limit ${value.value}: Cassandra refuses it`,
    help: "Write a number above 0, or leave the limit out",
  });
}

function checkUsing({ kind, value }: UsingOption, report: Report): void {
  if (value.kind !== "literal") return;
  const number = BigInt(value.value);
  const isTaken = kind === "ttl"
    ? number >= 0n && number <= MAX_TTL_SECONDS
    : number >= MIN_TIMESTAMP;
  if (isTaken) return;
  report({
    span: value.span,
    message: `Cannot run a write with the ${
      kind === "ttl" ? "time to live" : "timestamp"
    } ${value.value}: Cassandra refuses it`,
    help: kind === "ttl"
      ? `Write a number of seconds from 0, which is forever, to ${MAX_TTL_SECONDS}`
      : "Write microseconds since 1970, or leave the timestamp out",
  });
}

/** A range of keys that ends at null is empty, and no mistake to Cassandra. */
function checkNull(
  relation: Relation,
  { isRefused, report }: {
    readonly isRefused: (comparator: Comparator) => boolean;
    readonly report: Report;
  },
): void {
  if (relation.kind !== "comparison" || unhinted(relation.value).kind !== "null") return;
  const { comparator, value: { span } } = relation;
  if (!isRefused(comparator)) return;
  report({
    span,
    message: `Cannot run a statement that asks for "${comparator} null" here: Cassandra refuses it`,
    help: "Write a value or a marker: no key is null, and what is null is neither less nor more",
  });
}
