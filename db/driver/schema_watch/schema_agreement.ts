/**
 * Whether the nodes have the same schema, as the node of the driver's control connection knows it. The driver has a question of its own
 * for it, which counts nodes that are gone: they keep their last version in `system.peers`, and with a dead node
 * nothing would ever agree.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import type { ControlConnection } from "../internals/driver_shapes.ts";

/** A row of `system.local` or `system.peers`. */
type NodeRow = Readonly<Record<string, unknown>>;

/**
 * True if all nodes that are up have the same version of the schema; false also where nobody can be asked.
 * A node counts as up until the driver learns that it is not.
 */
export async function agreesOnSchema(client: cassandra.Client): Promise<boolean> {
  const { controlConnection } = client as unknown as { controlConnection: ControlConnection };
  try {
    const answers = await Promise.all(
      ["local", "peers"].map((table) =>
        controlConnection.query(`SELECT host_id, schema_version FROM system.${table}`, false)
      ),
    );
    const hosts = client.hosts.values();
    const down = new Set(hosts.filter((host) => !host.isUp()).map(({ hostId }) => `${hostId}`));
    return haveOneVersion(answers.flatMap(({ rows }) => rows), down);
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
