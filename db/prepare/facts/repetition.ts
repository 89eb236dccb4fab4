/**
 * The effect of a repeated write with the same generated ids and values as the first: whether it can be told
 * from a different write, or does no harm. `Idempotency-Key` is accepted only if this is known.
 *
 * @module
 */
import type { Query } from "../../../catalog/query.ts";
import {
  type UpdateStatement,
  writesOf,
  type WriteStatement,
} from "../../../catalog/statement/statement.ts";
import type { Table } from "../../schema/table.ts";
import type { PreparedParam, Repetition } from "../prepared_query.ts";
import { keyMarkers, storedMarkers, writtenColumns } from "./write_markers.ts";

export interface RepetitionFacts {
  readonly query: Query;
  readonly params: readonly PreparedParam[];
  /** Of each write; null if it is not known. */
  readonly tables: readonly (Table | null)[];
  readonly idempotent: boolean;
}

/** Null if a repetition could change something, or could not be told from another request. */
export function repetitionOf(
  { query: { parsed, conditional }, params, tables, idempotent }: RepetitionFacts,
): Repetition | null {
  const ids = new Map(params.flatMap((param) => isId(param) ? [[param.param.name, param]] : []));
  const writes = writesOf(parsed);
  if (ids.size === 0 || writes.length === 0) return null;
  const hasOwnRow = (write: WriteStatement) =>
    hasIdInKey(write, { ids, table: tables[writes.indexOf(write)] ?? null });
  if (!conditional) {
    return idempotent && writes.every(hasOwnRow) ? { writesAgain: true, wasApplied: never } : null;
  }
  const conditions = writes.filter(({ condition }) => condition !== null);
  const createsOwnRows = conditions.every((write) =>
    write.condition?.kind === "not_exists" && hasOwnRow(write)
  );
  // The row that is in the way has an id that only this request can have made.
  if (createsOwnRows) return { writesAgain: false, wasApplied: () => true };
  const [only, ...others] = writes;
  if (only === undefined || others.length > 0) return null;
  const shown = [...idColumnsShown(only)].flatMap(([column, marker]) => {
    const param = ids.get(marker);
    return param === undefined ? [] : [{ column, param }];
  });
  if (shown.length === 0) return null;
  return {
    writesAgain: false,
    wasApplied: (values, current) =>
      current !== undefined && shown.every(({ column, param: { param, codec } }) => {
        const bytes = values[param.name];
        return bytes ? current[column] === codec.decode(bytes, 0, bytes.length) : false;
      }),
  };
}

const never = () => false;

function isId({ param: { source } }: PreparedParam): boolean {
  return source.in === "generated" && (source.kind === "uuid" || source.kind === "timeuuid");
}

/** Whether no other request writes the same cells. Static columns are shared by the whole partition. */
function hasIdInKey(
  write: WriteStatement,
  { ids, table }: { readonly ids: ReadonlyMap<string, unknown>; readonly table: Table | null },
): boolean {
  const columns = writtenColumns(write);
  if (table === null || columns === null || write.kind === "delete") return false;
  const markers = keyMarkers(write);
  const isOwn = (column: string) => ids.has(markers.get(column) ?? "");
  if (table.partitionKey.some(isOwn)) return true;
  return table.clusteringKey.some(({ name }) => isOwn(name)) &&
    !columns.some((column) => table.statics.has(column));
}

/**
 * The terms stored in columns that Cassandra shows if the condition does not hold, and that decide whether it
 * holds: once they are stored, it no longer holds.
 */
function idColumnsShown(write: WriteStatement): ReadonlyMap<string, string> {
  const stored = storedMarkers(write);
  if (write.condition?.kind === "not_exists") return stored;
  if (write.kind !== "update") return new Map();
  const compared = comparedColumns(write);
  return new Map([...stored].filter(([column]) => compared.includes(column)));
}

/** The columns that the condition asks to have a value. */
function comparedColumns({ condition }: UpdateStatement): string[] {
  if (condition?.kind !== "relations") return [];
  return condition.relations.flatMap((relation) =>
    relation.kind === "comparison" && relation.comparator === "=" &&
      relation.subject.kind === "column"
      ? [relation.subject.column.name]
      : []
  );
}
