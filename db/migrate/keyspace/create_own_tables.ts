/**
 * Creates the service's own tables where they are missing, and adds what newer releases need.
 *
 * @module
 */
import type { Session } from "../../driver/session.ts";
import { cursorTableCql } from "../../schema/cursor_table.ts";
import { leaseTableCql } from "../../schema/lease_table.ts";
import {
  CURSOR_TABLE,
  findOwnTables,
  HISTORY_TABLE,
  LEASE_TABLE,
} from "../../schema/own_tables.ts";
import { awaitAgreement, DDL_TIMEOUT_MS } from "../wait/agreement.ts";
import { historyColumnsCql, historyTableCql, lacksColumns } from "../record/history_table.ts";
import { whenServed } from "../wait/when_served.ts";

const TABLES = [
  [HISTORY_TABLE, historyTableCql],
  [CURSOR_TABLE, cursorTableCql],
  [LEASE_TABLE, leaseTableCql],
] as const;

/**
 * Any number of processes may do this at once. A role that may not create tables can still migrate if somebody
 * else has created these.
 *
 * @throws {MigrationError} if the nodes do not agree on the schema
 * @throws the driver's errors, such as a refusal
 */
export async function createOwnTables(session: Session, keyspace: string): Promise<void> {
  const existing = await findOwnTables(session, keyspace);
  for (const [table, cqlOf] of TABLES) {
    if (existing.has(table)) continue;
    // The keyspace may be the work of another process, of which this node has not heard.
    await whenServed(() => change(session, cqlOf(keyspace)));
  }
}

/** Only for the holder of the lease: a column cannot be added twice. */
export async function extendOwnTables(session: Session, keyspace: string): Promise<void> {
  if (!await lacksColumns(session, keyspace)) return;
  // A node that has not heard of the table at all lacks its columns as well.
  await awaitAgreement(session, await session.agreesOnSchema());
  if (await lacksColumns(session, keyspace)) await change(session, historyColumnsCql(keyspace));
}

async function change(session: Session, cql: string): Promise<void> {
  const { agreed } = await session.run(cql, { timeoutMs: DDL_TIMEOUT_MS });
  await awaitAgreement(session, agreed);
}
