/**
 * The tables of a statement, as the schema has them.
 *
 * @module
 */
import { tablesOf } from "../../catalog/statement/names_of.ts";
import type { Statement } from "../../catalog/statement/statement.ts";
import type { PreparedStatement } from "../driver/internals/driver_types.ts";
import type { Table, TableReader } from "../schema/table.ts";

/**
 * The table of each write of a batch; of any other statement its only table. Of an opaque statement
 * PREPARE knows one table at most.
 *
 * @param keyspace where the statement names none
 */
export async function readTables(
  statement: Statement,
  prepared: PreparedStatement,
  { keyspace, readTable }: {
    readonly keyspace: string | null;
    readonly readTable: TableReader;
  },
): Promise<(Table | null)[]> {
  const names = statement.kind === "opaque"
    ? [{ keyspace: prepared.keyspace, table: prepared.table }]
    : tablesOf(statement).map((table) => ({
      keyspace: table.keyspace?.name ?? keyspace,
      table: table.name.name,
    }));
  return await Promise.all(
    names.map(({ keyspace, table }) =>
      keyspace === null || table === null ? null : readTable(keyspace, table)
    ),
  );
}
