/**
 * Constants that Cassandra accepts when it prepares a statement, and refuses whenever it runs it: a limit or a
 * time that is out of range.
 *
 * @module
 */

import { type Statement, type UsingOption, writesOf } from "../../statement/statement.ts";
import type { BindMarker, Literal } from "../../statement/term.ts";
import type { Report } from "../../text/source.ts";
import { MAX_TTL_SECONDS } from "../input/server_bounds.ts";
import type { QueryFacts } from "../rule.ts";

const MIN_TIMESTAMP = -(2n ** 63n) + 1n;

export function checkConstantBounds({ statement }: QueryFacts, report: Report): void {
  if (statement.kind === "select") {
    const { limit, perPartitionLimit } = statement;
    for (const value of [perPartitionLimit, limit]) checkLimit(value, report);
  }
  for (const option of usingOf(statement)) checkUsing(option, report);
}

function usingOf(statement: Statement): UsingOption[] {
  const before = statement.kind === "batch" ? statement.using : [];
  return [...before, ...writesOf(statement).flatMap(({ using }) => using)];
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
