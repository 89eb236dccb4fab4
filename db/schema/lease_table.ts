/**
 * The table of leases: who may do what only one process may do at a time, such as migrating.
 *
 * @module
 */
import { LEASE_TABLE, qualify } from "./own_tables.ts";
import { ownTableId } from "./own_table_id.ts";

export function leaseTableCql(keyspace: string): string {
  return `CREATE TABLE IF NOT EXISTS ${qualify(keyspace, LEASE_TABLE)} (
    name text PRIMARY KEY, holder text, since timestamp
  ) WITH id = ${ownTableId(keyspace, LEASE_TABLE)}
    AND comment = 'What only one process may do at a time: change nothing here by hand'`;
}
