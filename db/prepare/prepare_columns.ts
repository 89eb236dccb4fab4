/**
 * The columns of a query's rows, and the values that each may have.
 *
 * @module
 */
import type { Query } from "../../catalog/query.ts";
import type { Statement } from "../../catalog/statement/statement.ts";
import type { Term } from "../../catalog/statement/term.ts";
import { cqlTypeOf } from "../driver/statements/cql_type.ts";
import { type ColumnMask, maskOfColumn, maskOfTerm, maskOfUnknown } from "./column_mask.ts";
import { isNeverNull, keysOfRows } from "./facts/never_null.ts";
import { codecOrReport } from "./prepare_params.ts";
import type { PreparedColumn } from "./prepared_query.ts";
import type { StatementContext } from "./statement_context.ts";

export function prepareColumns(query: Query, context: StatementContext): PreparedColumn[] {
  const { statement, table, report } = context;
  if (query.mode === "applied") {
    return [...table?.types ?? []].flatMap(([name, type]) =>
      // What has no codec is read past, and shown to nobody: that is no mistake of the statement.
      codecOrReport(type, query.statementSpan, { report: () => {} }).map((codec) => ({
        name,
        codec,
        nullable: true,
        computed: false,
        mask: maskOfColumn(query, name),
      }))
    );
  }
  const twice = statement.columns.find(({ name }, index) =>
    statement.columns.slice(0, index).some((before) => before.name === name)
  );
  if (twice !== undefined) {
    report({
      span: query.statementSpan,
      message: `Two columns of the result have the name "${twice.name}"`,
      help: 'Give one of them another name with "AS"',
    });
  }
  const originOf = originsOf(query.parsed);
  const keys = keysOfRows(query.parsed, table);
  const isJson = query.parsed.kind === "select" && query.parsed.json;
  const isStar = query.parsed.kind === "select" && query.parsed.selectors === null;
  const reported = isStar ? { report, help: 'Name the other columns in place of "*"' } : { report };
  return statement.columns.flatMap(({ name, type }, index) =>
    codecOrReport(cqlTypeOf(type), query.statementSpan, reported).map((codec) => {
      const origin = originOf(name, index);
      const isNever = typeof origin === "string"
        ? keys.has(origin)
        : isJson || origin !== null && isNeverNull(origin, keys);
      const mask = maskOf(origin, query);
      const nullable = !isNever || mask?.with === "null";
      return { name, codec, nullable, computed: typeof origin !== "string", mask };
    })
  );
}

/** Where a column of the result comes from: a column of the table, or a term; null if that is not known. */
type Origin = string | Term | null;

function maskOf(origin: Origin, query: Query): ColumnMask | null {
  if (origin === null) return maskOfUnknown(query);
  return typeof origin === "string" ? maskOfColumn(query, origin) : maskOfTerm(query, origin);
}

function originsOf(statement: Statement): (name: string, index: number) => Origin {
  if (statement.kind !== "select" || statement.json) return () => null;
  const { selectors } = statement;
  if (selectors === null) return (name) => name;
  return (_, index) => {
    const term = selectors[index]?.term ?? null;
    return term?.kind === "column" ? term.column.name : term;
  };
}
