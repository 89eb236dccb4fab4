/**
 * What queries need to know of their tables.
 *
 * @module
 */
import type { CqlType } from "../../codec/codec.ts";
import { cqlTypeOf } from "../driver/statements/cql_type.ts";
import type { Session } from "../driver/session.ts";
import { qualify } from "./own_tables.ts";

/** How the index of a vector compares two of them. */
export type Similarity = "COSINE" | "DOT_PRODUCT" | "EUCLIDEAN";

export interface Table {
  /** Column name → type. */
  readonly types: ReadonlyMap<string, CqlType>;
  readonly partitionKey: readonly string[];
  readonly clusteringKey: readonly ClusteringColumn[];
  /** The names of both. */
  readonly keys: ReadonlySet<string>;
  /** The columns that a partition has once. */
  readonly statics: ReadonlySet<string>;
  /** Of the vectors that are indexed, by column name. */
  readonly similarities: ReadonlyMap<string, Similarity>;
  /** The maps whose entries are indexed. */
  readonly indexedEntries: ReadonlySet<string>;
  /** The columns, other than keys, that are part of the key of a materialised view. */
  readonly viewKeys: ReadonlySet<string>;
  /** The partition keys of its materialised views that have several columns. */
  readonly viewPartitionKeys: readonly (readonly string[])[];
}

export interface ClusteringColumn {
  readonly name: string;
  readonly order: "ASC" | "DESC";
}

/** A table as it was read before. */
export interface KnownTable {
  readonly keyspace: string;
  readonly name: string;
  readonly table: Table;
}

/** Reads a table, once; null if it does not exist, or is a virtual table. */
export type TableReader = (keyspace: string, name: string) => Promise<Table | null>;

/**
 * Asks the schema tables themselves, and PREPARE for the types, as every query does: the
 * driver's own reader fails over a table that has a vector of tuples or of user-defined types.
 *
 * @param known tables that have not changed, which are not read again
 * @throws the driver's errors where the cluster cannot be asked
 */
export function createTableReader(
  session: Session,
  known: readonly KnownTable[] = [],
): TableReader {
  const keyOf = (keyspace: string, name: string) => JSON.stringify([keyspace, name]);
  const tables = new Map<string, Promise<Table | null>>(
    known.map(({ keyspace, name, table }) => [keyOf(keyspace, name), Promise.resolve(table)]),
  );
  return (keyspace, name) => {
    const key = keyOf(keyspace, name);
    const known = tables.get(key);
    if (known !== undefined) return known;
    const reading = readTable(session, keyspace, name);
    tables.set(key, reading);
    return reading;
  };
}

async function readTable(
  session: Session,
  keyspace: string,
  name: string,
): Promise<Table | null> {
  const [columns, indexes, views] = await Promise.all([
    session.query(
      `SELECT column_name, kind, position, clustering_order FROM system_schema.columns
        WHERE keyspace_name = ? AND table_name = ?`,
      [keyspace, name],
    ),
    session.query(
      "SELECT options FROM system_schema.indexes WHERE keyspace_name = ? AND table_name = ?",
      [keyspace, name],
    ),
    session.query(
      "SELECT view_name, base_table_name FROM system_schema.views WHERE keyspace_name = ?",
      [keyspace],
    ),
  ]);
  if (columns.length === 0) return null;
  const prepared = await session.prepare(`SELECT * FROM ${qualify(keyspace, name)}`);
  const types = new Map(prepared.columns.map(({ name, type }) => [name, cqlTypeOf(type)]));
  const ofKind = (kind: string) =>
    columns.filter((column) => column.kind === kind)
      .sort((one, other) => Number(one.position) - Number(other.position));
  const partitionKey = ofKind("partition_key").map(({ column_name }) => String(column_name));
  const clusteringKey = ofKind("clustering").map(({ column_name, clustering_order }) => ({
    name: String(column_name),
    order: clustering_order === "desc" ? "DESC" as const : "ASC" as const,
  }));
  const keys = new Set([...partitionKey, ...clusteringKey.map(({ name }) => name)]);
  const targets = indexes.map(({ options }) => options as Readonly<Record<string, string>>);
  const keysOfViews = await Promise.all(
    views.filter(({ base_table_name }) => base_table_name === name)
      .map(({ view_name }) => keysOf(session, keyspace, String(view_name))),
  );
  return {
    types,
    partitionKey,
    clusteringKey,
    keys,
    statics: new Set(ofKind("static").map(({ column_name }) => String(column_name))),
    similarities: similaritiesOf(targets, types),
    indexedEntries: new Set(targets.flatMap(({ target = "" }) => {
      const column = /^entries\((.*)\)$/.exec(target)?.[1];
      return column === undefined ? [] : [nameIn(column)];
    })),
    viewKeys: new Set(keysOfViews.flatMap(({ all }) => all).filter((each) => !keys.has(each))),
    viewPartitionKeys: keysOfViews.map(({ partition }) => partition)
      .filter(({ length }) => length > 1),
  };
}

/** The columns of the key of a view, in any order. */
interface ViewKey {
  readonly all: readonly string[];
  readonly partition: readonly string[];
}

async function keysOf(session: Session, keyspace: string, view: string): Promise<ViewKey> {
  const columns = await session.query(
    "SELECT column_name, kind FROM system_schema.columns WHERE keyspace_name = ? AND table_name = ?",
    [keyspace, view],
  );
  const ofKind = (...kinds: readonly string[]) =>
    columns.filter(({ kind }) => kinds.includes(String(kind)))
      .map(({ column_name }) => String(column_name));
  return { all: ofKind("partition_key", "clustering"), partition: ofKind("partition_key") };
}

/** A column as the target of an index names it. */
function nameIn(target: string): string {
  return target.startsWith('"') ? target.slice(1, -1).replaceAll('""', '"') : target;
}

/** Source: the options of `StorageAttachedIndex`; its default is the cosine. */
function similaritiesOf(
  indexes: readonly Readonly<Record<string, string>>[],
  types: ReadonlyMap<string, CqlType>,
): Map<string, Similarity> {
  return new Map(indexes.flatMap(({ target = "", similarity_function = "COSINE" }) => {
    const column = nameIn(target);
    if (types.get(column)?.kind !== "vector") return [];
    return [[column, similarity_function.toUpperCase() as Similarity]];
  }));
}
