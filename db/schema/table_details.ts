/**
 * What guardrails ask of a table beyond its columns: indexes, compaction, default TTL, and which
 * table it is a view of. Requests never need it.
 *
 * @module
 */
import type { Session } from "../driver/session.ts";
import type { Table, TableReader } from "./table.ts";

export interface TableDetails extends Table {
  readonly name: string;
  /** The table that it is a materialised view of, in the same keyspace; null if it is no view. */
  readonly viewOf: string | null;
  /** The class without its package, for example `TimeWindowCompactionStrategy`. */
  readonly compaction: string;
  /** Zero if rows have none unless they are written with one. */
  readonly defaultTtlSeconds: number;
  readonly indexes: readonly TableIndex[];
}

export interface TableIndex {
  readonly name: string;
  readonly kind: "sai" | "sasi" | "secondary" | "custom";
  readonly column: string;
}

/** Reads the details of a table, once; null if the table does not exist. */
export type DetailsReader = (keyspace: string, name: string) => Promise<TableDetails | null>;

/**
 * @param readTable reads what queries need to know of the same tables
 * @throws the driver's errors where the cluster cannot be asked
 */
export function createDetailsReader(session: Session, readTable: TableReader): DetailsReader {
  const known = new Map<string, Promise<TableDetails | null>>();
  return (keyspace, name) => {
    const key = JSON.stringify([keyspace, name]);
    const reading = known.get(key) ?? readDetails({ keyspace, name });
    known.set(key, reading);
    return reading;
  };

  async function readDetails(
    { keyspace, name }: { readonly keyspace: string; readonly name: string },
  ): Promise<TableDetails | null> {
    const where = "WHERE keyspace_name = ?";
    const [table, indexes, views, tables] = await Promise.all([
      readTable(keyspace, name),
      session.query(
        `SELECT index_name, kind, options FROM system_schema.indexes ${where} AND table_name = ?`,
        [keyspace, name],
      ),
      session.query(
        `SELECT base_table_name, compaction, default_time_to_live FROM system_schema.views ${where} AND view_name = ?`,
        [keyspace, name],
      ),
      session.query(
        `SELECT compaction, default_time_to_live FROM system_schema.tables ${where} AND table_name = ?`,
        [keyspace, name],
      ),
    ]);
    const row = tables[0] ?? views[0];
    if (table === null || row === undefined) return null;
    const { class: compaction = "" } = row.compaction as Readonly<Record<string, string>>;
    return {
      ...table,
      name,
      viewOf: views[0] === undefined ? null : String(views[0].base_table_name),
      compaction: compaction.slice(compaction.lastIndexOf(".") + 1),
      defaultTtlSeconds: Number(row.default_time_to_live),
      indexes: indexes.map(({ index_name, kind, options }) => ({
        name: String(index_name),
        ...readOptions(String(kind), options as Readonly<Record<string, string>>),
      })),
    };
  }
}

/** Source: `system_schema.indexes`; its `target` is a column, or one in `keys()`, `values()` or the like. */
function readOptions(
  kind: string,
  { target = "", class_name = "" }: Readonly<Record<string, string>>,
): Pick<TableIndex, "kind" | "column"> {
  const inner = /^(?:keys|values|entries|full)\((.*)\)$/.exec(target)?.[1] ?? target;
  const column = inner.startsWith('"') ? inner.slice(1, -1).replaceAll('""', '"') : inner;
  if (kind !== "CUSTOM") return { kind: "secondary", column };
  if (/StorageAttachedIndex$|^sai$/i.test(class_name)) return { kind: "sai", column };
  return { kind: /SASIIndex$/.test(class_name) ? "sasi" : "custom", column };
}
