/**
 * How a keyspace is replicated, and over which data centres the cluster spreads.
 *
 * @module
 */
import type { Session } from "../driver/session.ts";

export interface Replication {
  /** The class without its package. */
  readonly strategy: string;
  /** Copies by data centre; for `SimpleStrategy`, the copies of the whole cluster under `*`. */
  readonly copies: ReadonlyMap<string, number>;
  /** Nodes by data centre. */
  readonly nodes: ReadonlyMap<string, number>;
}

/**
 * @returns null if the keyspace does not exist
 * @throws the driver's errors if the cluster cannot be asked
 */
export async function readReplication(
  session: Session,
  keyspace: string,
): Promise<Replication | null> {
  const [rows, local, peers] = await Promise.all([
    session.query(
      "SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = ?",
      [keyspace],
    ),
    session.query("SELECT data_center FROM system.local", []),
    session.query("SELECT data_center FROM system.peers", []),
  ]);
  const [row] = rows;
  if (row === undefined) return null;
  const { class: name = "", ...factors } = row.replication as Readonly<Record<string, string>>;
  const strategy = name.slice(name.lastIndexOf(".") + 1);
  const isSimple = strategy === "SimpleStrategy";
  const nodes = Map.groupBy([...local, ...peers], ({ data_center }) => String(data_center));
  return {
    strategy,
    copies: new Map(
      Object.entries(factors).map(([place, factor]) => [
        isSimple ? "*" : place,
        // `3/1` is three copies, of which one is transient.
        Number.parseInt(factor, 10),
      ]),
    ),
    nodes: new Map([...nodes].map(([dataCentre, { length }]) => [dataCentre, length])),
  };
}
