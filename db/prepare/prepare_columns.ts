/**
 * The columns of a query's rows: what each may hold, and what its entity tag is made of.
 *
 * @module
 */
import type { Query } from "../../catalog/query.ts";
import { selectors } from "../../catalog/statement/select_list.ts";
import type { Report } from "../../catalog/text/source.ts";
import { suggest } from "../../catalog/text/suggest.ts";
import { nameOf } from "../../catalog/text/tokenize.ts";
import type { CqlType } from "../../codec/codec.ts";
import { cqlTypeOf } from "../driver/cql_type.ts";
import { codecOrReport } from "./prepare_params.ts";
import type { PreparedColumn } from "./prepared_query.ts";
import type { StatementContext } from "./statement_context.ts";

export function prepareColumns(query: Query, context: StatementContext): PreparedColumn[] {
  const { statement, table, report } = context;
  if (query.mode === "applied") {
    return [...table?.types ?? []].flatMap(([name, type]) =>
      codecOrReport(type, query.statementSpan, report).map((codec) => ({
        name,
        codec,
        nullable: true,
        computed: false,
      }))
    );
  }
  const twice = statement.columns.find(({ name }, index) =>
    statement.columns.slice(0, index).some((before) => before.name === name)
  );
  if (twice !== undefined) {
    report({
      span: query.statementSpan,
      message: `Two columns of the result are called "${twice.name}"`,
      help: 'Give one of them another name with "AS"',
    });
  }
  const selected = selectors(query);
  const neverNull = keysOfRows(query, context);
  return statement.columns.flatMap(({ name, type }, index) =>
    codecOrReport(cqlTypeOf(type), query.statementSpan, report).map((codec) => ({
      name,
      codec,
      nullable: !neverNull.has(name) || selected?.[index]?.isRenamed === true,
      computed: selected !== null && selected[index]?.tokens.length !== 1,
    }))
  );
}

/**
 * The key columns that every row has. A partition of nothing but static columns has a row without its
 * clustering columns, and an aggregate of nothing one without any.
 */
function keysOfRows(query: Query, { table }: StatementContext): ReadonlySet<string> {
  if (table === null) return new Set();
  const selected = selectors(query);
  const calls = selected?.some(({ tokens }) =>
    tokens.some((token, index) => nameOf(token) !== null && tokens[index + 1]?.text === "(")
  );
  if (calls) return new Set();
  return table.statics.size > 0 ? new Set(table.partitionKey) : table.keys;
}

/** Types whose JSON is text that fits between the quotes of an entity tag. */
const ETAG_KINDS: readonly CqlType["kind"][] = [
  "tinyint",
  "smallint",
  "int",
  "bigint",
  "uuid",
  "timeuuid",
  "timestamp",
];

export function checkEtag(
  { etag }: Query,
  columns: readonly PreparedColumn[],
  report: Report,
): void {
  if (etag === null) return;
  const column = columns.find(({ name }) => name === etag.column);
  if (column === undefined) {
    const names = columns.map(({ name }) => name);
    report({
      span: etag.span,
      message: `Cannot use "${etag.column}" as entity tag: the statement does not select it`,
      help: suggest(etag.column, names),
    });
  } else if (!ETAG_KINDS.includes(column.codec.type.kind)) {
    report({
      span: etag.span,
      message: `Cannot use "${etag.column}" of type "${column.codec.cql}" as entity tag`,
      help: `Use a column of one of the types ${ETAG_KINDS.join(", ")}`,
    });
  }
}
