/**
 * Whether the nodes have the same schema, as the node of the driver's control connection knows it. The driver's
 * own check also counts nodes that are gone: they keep their last version in `system.peers`, so with a dead
 * node the schema would never agree.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import type { ControlConnection } from "../internals/driver_shapes.ts";

/** A row of `system.local` or `system.peers`. */
type NodeRow = Readonly<Record<string, unknown>>;

/**
 * True if all nodes that are up have the same version of the schema; false, too, where no node can be asked.
 * A node counts as up until the driver learns that it is not.
 *
 * @param coordinator `address:port` of a node that is asked for its version, too: the others hear of it by gossip,
 * a second later or more
 */
export async function agreesOnSchema(
  client: cassandra.Client,
  coordinator?: string,
): Promise<boolean> {
  const { controlConnection } = client as unknown as { controlConnection: ControlConnection };
  const versionsIn = (table: string) => `SELECT host_id, schema_version FROM system.${table}`;
  const host = coordinator === undefined ? undefined : client.hosts.get(coordinator);
  try {
    const answers = await Promise.all([
      controlConnection.query(versionsIn("local"), false),
      controlConnection.query(versionsIn("peers"), false),
      host === undefined ? { rows: [] } : client.execute(versionsIn("local"), [], { host }),
    ]);
    const hosts = client.hosts.values();
    const down = new Set(hosts.filter((host) => !host.isUp()).map(({ hostId }) => `${hostId}`));
    return haveOneVersion(answers.flatMap(({ rows }) => rows as readonly NodeRow[]), down);
  } catch {
    return false;
  }
}

/** @param down the ids of nodes whose version does not matter */
export function haveOneVersion(rows: readonly NodeRow[], down: ReadonlySet<string>): boolean {
  const versions = rows
    // A node that has just been found has none.
    .filter(({ host_id, schema_version }) => schema_version != null && !down.has(`${host_id}`))
    .map(({ schema_version }) => `${schema_version}`);
  return new Set(versions).size === 1;
}
