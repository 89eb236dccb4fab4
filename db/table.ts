/**
 * What queries need to know of their table.
 *
 * @module
 */
import type { CqlType } from "../codec/codec.ts";
import { cqlTypeOf } from "./cql_type.ts";
import type { PreparedStatement } from "./driver_types.ts";
import type { Session } from "./session.ts";

export interface Table {
  /** Column name → type. */
  readonly types: ReadonlyMap<string, CqlType>;
  readonly partitionKey: readonly string[];
  readonly clusteringKey: readonly string[];
  /** The columns of both. */
  readonly keys: ReadonlySet<string>;
  /** The columns that a partition has once. */
  readonly statics: ReadonlySet<string>;
  /** `ASC` or `DESC` of each clustering column. */
  readonly clusteringOrder: readonly string[];
  /** What is indexed: a column by its name, or a part of one as in `values(tags)`. */
  readonly indexed: ReadonlySet<string>;
}

/**
 * The statement's table; null where it has none. The columns' types are asked for by PREPARE, as those
 * of every query are, since the driver's metadata spells some of them in another way.
 */
export async function tableOf(
  session: Session,
  { keyspace, table: name }: PreparedStatement,
): Promise<Table | null> {
  if (keyspace === null || name === null) return null;
  const [table, { columns }] = await Promise.all([
    session.table(keyspace, name),
    session.prepare(`SELECT * FROM "${keyspace}"."${name}"`),
  ]);
  if (table === null) return null;
  const partitionKey = table.partitionKeys.map(({ name }) => name);
  const clusteringKey = table.clusteringKeys.map(({ name }) => name);
  // Missing from the driver's type declarations.
  const defined: readonly { name: string; isStatic?: boolean }[] = table.columns;
  return {
    types: new Map(columns.map((column) => [column.name, cqlTypeOf(column.type)])),
    partitionKey,
    clusteringKey,
    keys: new Set([...partitionKey, ...clusteringKey]),
    statics: new Set(defined.filter(({ isStatic }) => isStatic).map(({ name }) => name)),
    clusteringOrder: table.clusteringOrder,
    indexed: new Set(table.indexes.map(({ target }) => target)),
  };
}
