/**
 * What may be counted on by those who derive something from the schema. A node announces which table has changed,
 * so that what was derived from another table holds; but only if every node had the announced changes when it was
 * derived. Otherwise it may come from a node that was behind, and no announcement tells of that.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import type { ControlConnection } from "../internals/driver_shapes.ts";
import type { PreparedStatement } from "../internals/driver_types.ts";
import { isOverWithin } from "../internals/patience.ts";
import { haveOneVersion } from "./schema_agreement.ts";

/** How many changes of the schema were noticed before. */
export type SchemaMoment = number;

export interface SchemaBasis {
  readonly moment: SchemaMoment;
  /**
   * The version that all nodes had, the dead ones too: they may be back the next moment, as they were. Null if they
   * had several, or nobody knows.
   */
  readonly version: string | null;
  /**
   * The keyspaces that have materialised views: the announcement of a view does not name its table. Null if nobody
   * knows.
   */
  readonly withViews: ReadonlySet<string> | null;
}

/** A node that does not say so by then is not waited for: it is known what happens when nobody knows. */
const PATIENCE_MS = 1_000;

/**
 * Asks the node that announces changes, which has what it has announced. Never rejects, nor takes long.
 *
 * @param use hands out a client, or rejects
 * @param moment before anything is asked
 */
export async function readBasis(
  use: <T>(work: (client: cassandra.Client) => Promise<T>) => Promise<T>,
  moment: SchemaMoment,
): Promise<SchemaBasis> {
  const unknown = { moment, version: null, withViews: null };
  const asking = use(askNode).catch(() => null);
  const answer = await isOverWithin(PATIENCE_MS, asking) ? await asking : null;
  return answer === null ? unknown : { moment, ...answer };
}

async function askNode(client: cassandra.Client): Promise<Omit<SchemaBasis, "moment">> {
  const { controlConnection } = client as unknown as { controlConnection: ControlConnection };
  const ask = (cql: string) => controlConnection.query(cql, false);
  const [local, peers, views] = await Promise.all([
    ask("SELECT host_id, schema_version FROM system.local"),
    ask("SELECT host_id, schema_version FROM system.peers"),
    ask("SELECT keyspace_name FROM system_schema.views"),
  ]);
  const nodes = [...local.rows, ...peers.rows];
  const isAgreed = haveOneVersion(nodes, new Set()) &&
    nodes.every(({ schema_version }) => schema_version != null);
  return {
    version: isAgreed ? String(nodes[0]!.schema_version) : null,
    withViews: new Set(views.rows.map(({ keyspace_name }) => String(keyspace_name))),
  };
}

/**
 * Whether a statement follows from its tables as every node had them, and from nothing that is announced by another
 * name.
 *
 * @param basis taken before it was prepared
 * @param keyspace of its tables
 */
export function isFirm(
  { version, withViews }: SchemaBasis,
  { schemaVersion }: PreparedStatement,
  keyspace: string,
): boolean {
  return version === schemaVersion && withViews !== null && !withViews.has(keyspace);
}
