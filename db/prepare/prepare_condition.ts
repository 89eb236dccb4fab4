/**
 * The `IF` of a lightweight transaction: what it checks, which rows it concerns, and which of their columns a
 * caller may see if it does not hold.
 *
 * @module
 */
import type { Query } from "../../catalog/query.ts";
import { type Relation, writesOf, type WriteStatement } from "../../catalog/statement/statement.ts";
import { writtenName } from "../../catalog/statement/written_name.ts";
import { suggest } from "../../catalog/text/suggest.ts";
import { codecFor } from "../../codec/codec_for.ts";
import type { Table } from "../schema/table.ts";
import { maskOfColumn } from "./column_mask.ts";
import { codecOrReport } from "./prepare_params.ts";
import type {
  ConditionRow,
  PreparedCondition,
  PreparedParam,
  ShownColumn,
} from "./prepared_query.ts";
import type { StatementContext } from "./statement_context.ts";
import { keyMarkers, markerOf } from "./facts/write_markers.ts";

export function prepareCondition(
  query: Query,
  params: readonly PreparedParam[],
  context: StatementContext,
): PreparedCondition | null {
  if (!query.conditional) return null;
  const writes = writesOf(query.parsed).filter(({ condition }) => condition !== null);
  const tag = params.find(({ param }) => param.source.in === "if-match")?.param.name ?? null;
  const rows = writes.map((write) => rowOf(write, { params, tag, table: context.table }));
  if (rows.length > 0) checkTag(params, rows, context);
  return {
    checks: checksOf(writes),
    comparesTagAlone: rows.length > 0 &&
      rows.every(({ tagColumns }, index) =>
        tagColumns.length > 0 && tagColumns.length === relationsOf(writes[index]!).length
      ),
    rows,
    shown: shownColumns(query, { writes, rows }, context),
  };
}

/** Only an equality says that the row has the tag. */
function checkTag(
  params: readonly PreparedParam[],
  rows: readonly ConditionRow[],
  { report }: StatementContext,
): void {
  const tag = params.find(({ param }) => param.source.in === "if-match")?.param;
  if (tag === undefined || rows.some(({ tagColumns }) => tagColumns.length > 0)) return;
  report({
    span: tag.span,
    message: `Cannot take "${tag.name}" from If-Match: no condition says that a column equals it`,
    help: `Compare a column with it by "=", as "IF version = :${tag.name}"`,
  });
}

/** What several conditions have in common; `columns` if they have nothing in common. */
function checksOf(writes: readonly WriteStatement[]): PreparedCondition["checks"] {
  const kinds = new Set(writes.map(({ condition }) => condition!.kind));
  const [kind] = kinds;
  return kinds.size !== 1 || kind === undefined || kind === "relations" ? "columns" : kind;
}

function relationsOf({ condition }: WriteStatement): readonly Relation[] {
  return condition?.kind === "relations" ? condition.relations : [];
}

function rowOf(
  write: WriteStatement,
  { params, tag, table }: {
    readonly params: readonly PreparedParam[];
    readonly tag: string | null;
    readonly table: Table | null;
  },
): ConditionRow {
  const markers = keyMarkers(write);
  const keys = [...table?.keys ?? []].flatMap((name) => {
    const param = params.find(({ param }) => param.name === markers.get(name));
    if (param === undefined) return [];
    const { param: { name: of, as }, codec } = param;
    return [{ name, shownAs: as ?? name, param: of, codec, stored: codecFor(codec.type) }];
  });
  return { keys, tagColumns: columnsEqualTo(tag, relationsOf(write)) };
}

function columnsEqualTo(marker: string | null, relations: readonly Relation[]): string[] {
  if (marker === null) return [];
  return relations.flatMap((relation) =>
    relation.kind === "comparison" && relation.comparator === "=" &&
      relation.subject.kind === "column" && markerOf(relation.value) === marker
      ? [relation.subject.column.name]
      : []
  );
}

/** The columns that `@current` names; reports those that Cassandra would not answer with. */
function shownColumns(
  query: Query,
  { writes, rows }: {
    readonly writes: readonly WriteStatement[];
    readonly rows: readonly ConditionRow[];
  },
  { table, report }: StatementContext,
): ShownColumn[] {
  const { current, conditional, verb } = query;
  const [first] = current;
  if (first === undefined || table === null || !conditional) return [];
  if (checksOf(writes) === "exists") {
    report({
      span: first.span,
      message: 'Cannot show the current row: if "IF EXISTS" does not hold, there is no row',
      help: "Remove the tag",
    });
    return [];
  }
  const answered = answeredColumns(writes, { table, isBatch: verb === "batch" });
  const keyNames = new Map(
    rows.flatMap(({ keys }) => keys.map(({ name, shownAs }) => [shownAs, name] as const)),
  );
  return current.flatMap(({ name, shownAs, span }): ShownColumn[] => {
    const type = table.types.get(name);
    if (type === undefined) {
      report({
        span,
        message: `Cannot show "${name}": the table has no such column`,
        help: suggest(name, [...table.types.keys()].map(writtenName)),
      });
      return [];
    }
    if (!answered.includes(name)) {
      report({
        span,
        message:
          `Cannot show "${name}": Cassandra returns only the columns that the conditions compare`,
        help: suggest(name, answered.map(writtenName)),
      });
      return [];
    }
    if ((keyNames.get(shownAs) ?? name) !== name) {
      report({
        span,
        message: `Cannot show "${name}" as "${shownAs}": the key has a value of that name`,
        help: `Give it another name, as "${writtenName(name)}=…"`,
      });
      return [];
    }
    return codecOrReport(type, span, { report, help: "Remove it from the tag" }).map((codec) => ({
      name,
      shownAs,
      codec,
      mask: maskOfColumn(query, name),
    }));
  });
}

/**
 * The columns of the answer to a condition that did not hold.
 *
 * Source: `CQL3CasRequest.java` and `ModificationStatement.java` of Cassandra 5.0: all columns if a condition
 * is about the whole row, otherwise the compared columns; for a batch, the key too.
 */
function answeredColumns(
  writes: readonly WriteStatement[],
  { table, isBatch }: { readonly table: Table; readonly isBatch: boolean },
): string[] {
  const all = [...table.types.keys()];
  const isAboutRow = writes.some(({ condition }) => condition?.kind !== "relations");
  // An unknown statement may answer with anything.
  if (writes.length === 0 || isAboutRow) return all;
  const compared = new Set(writes.flatMap(relationsOf).flatMap(columnsOf));
  return all.filter((name) => compared.has(name) || (isBatch && table.keys.has(name)));
}

function columnsOf(relation: Relation): string[] {
  if ("subject" in relation) return [relation.subject.column.name];
  return "columns" in relation ? relation.columns.map(({ name }) => name) : [];
}
