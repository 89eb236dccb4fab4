/**
 * Creates the keyspace of the service, replicated as the settings say, in data centres that exist.
 *
 * @module
 */
import { closest } from "../../../catalog/text/suggest.ts";
import type { Session } from "../../driver/session.ts";
import { awaitAgreement, DDL_TIMEOUT_MS } from "../wait/agreement.ts";
import { MigrationError } from "../files/migrations.ts";
import { quoteName } from "../../schema/own_tables.ts";

/** Data centre → number of replicas. */
export type ReplicasByDataCentre = Readonly<Record<string, number>>;

export interface KeyspaceOptions {
  readonly keyspace: string;
  readonly replication: ReplicasByDataCentre | null;
  /** Whether a write is on disk before it is acknowledged. Default: true. */
  readonly isDurable?: boolean;
}

/**
 * Creates the keyspace where it is missing.
 *
 * @param session one without a keyspace
 * @throws {MigrationError} if it is missing and cannot be replicated as it should
 */
export async function createKeyspace(session: Session, options: KeyspaceOptions): Promise<void> {
  const cql = await missingKeyspaceCql(session, options);
  if (cql === null) return;
  const { agreed } = await session.run(cql, { timeoutMs: DDL_TIMEOUT_MS });
  await awaitAgreement(session, agreed);
}

/**
 * The statement that creates the keyspace; null if it is there.
 *
 * @throws {MigrationError} if it is missing and cannot be replicated as it should
 */
export async function missingKeyspaceCql(
  session: Session,
  { keyspace, replication, isDurable = true }: KeyspaceOptions,
): Promise<string | null> {
  const found = await session.query(
    "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?",
    [keyspace],
  );
  if (found.length > 0) return null;
  if (replication === null) {
    throw new MigrationError(
      `Cannot create keyspace "${keyspace}": set CASSANDRA_REPLICATION, such as "dc1:3", or create it yourself`,
    );
  }
  assertDatacenters(keyspace, { replication, datacenters: await readDatacenters(session) });
  return keyspaceCql(keyspace, replication) + (isDurable ? "" : " AND durable_writes = false");
}

function keyspaceCql(keyspace: string, replication: ReplicasByDataCentre): string {
  const factors = Object.entries(replication).map(([datacenter, factor]) =>
    `'${datacenter.replaceAll("'", "''")}': ${factor}`
  );
  const map = ["'class': 'NetworkTopologyStrategy'", ...factors].join(", ");
  return `CREATE KEYSPACE IF NOT EXISTS ${quoteName(keyspace)} WITH replication = {${map}}`;
}

/** Of every node that the cluster knows, whether it is up or not. */
async function readDatacenters(session: Session): Promise<string[]> {
  const rows = await Promise.all([
    session.query("SELECT data_center FROM system.local", []),
    session.query("SELECT data_center FROM system.peers", []),
  ]);
  const names = rows.flat().map(({ data_center }) => data_center);
  return [...new Set(names.filter((name) => typeof name === "string"))].sort();
}

/** The server's own words for it do not say which data centres there are. */
function assertDatacenters(
  keyspace: string,
  { replication, datacenters }: {
    readonly replication: ReplicasByDataCentre;
    readonly datacenters: readonly string[];
  },
): void {
  const unknown = Object.keys(replication).filter((name) => !datacenters.includes(name));
  if (unknown.length === 0) return;
  const mistakes = unknown.map((name) => {
    const near = closest(name, datacenters);
    return `"${name}"${near === null ? "" : `: did you mean "${near}"?`}`;
  });
  throw new MigrationError(
    `Cannot create keyspace "${keyspace}": CASSANDRA_REPLICATION names data centres that the cluster does not have\n` +
      mistakes.map((mistake) => `  ${mistake}\n`).join("") +
      `  The cluster has ${datacenters.map((name) => `"${name}"`).join(", ")}`,
  );
}
