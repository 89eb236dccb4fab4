/**
 * Has the driver route statements by the ring as it is. The driver builds its ring, and reads how keyspaces are
 * replicated, when it connects for the first time. Nodes that join later would coordinate nothing for the
 * partitions that they hold, and those that have left would still come first. Of a keyspace it hears when it
 * changes, except while the control connection moves to another node. Here the ring is built again when its nodes or
 * their tokens have changed, and keyspaces are read again once the control connection has moved.
 *
 * Read against cassandra-driver 4.10.0, `lib/control-connection.js`, `_refreshHosts()`, and `lib/metadata/index.js`.
 *
 * @module
 */
import type cassandra from "cassandra-driver";

interface Host {
  readonly datacenter: string;
  readonly rack: string;
  readonly tokens: readonly string[] | null;
}

interface HostMap {
  values(): readonly Host[];
}

interface RoutingControl {
  readonly initialized: boolean;
  readonly hosts: HostMap;
  /** @param hasMoved whether the control connection leads to another node now, or leads there again */
  _refreshHosts(isFirst: boolean, hasMoved: boolean): Promise<void>;
}

interface RoutingMetadata {
  /** Each with the replicas of every token, once a statement has asked for them. */
  readonly keyspaces: Readonly<Record<string, { replicas?: unknown }>>;
  buildTokens(hosts: HostMap): void;
  refreshKeyspacesInternal(waitsForConnection: boolean): Promise<unknown>;
}

/** Where a node stands. */
type Place = Pick<Host, "datacenter" | "rack" | "tokens">;
type Ring = ReadonlyMap<Host, Place>;

/** Call it before the client connects. */
export function followRing(client: cassandra.Client): void {
  const { controlConnection: control, metadata } = client as unknown as {
    readonly controlConnection: RoutingControl;
    readonly metadata: RoutingMetadata;
  };
  const refreshHosts = control._refreshHosts;
  let built: Ring = new Map();

  control._refreshHosts = async (isFirst, hasMoved) => {
    const { initialized } = control;
    await refreshHosts.call(control, isFirst, hasMoved);
    const ring = ringOf(control.hosts.values());
    const hasChanged = !isSame(ring, built);
    built = ring;
    // The driver has done all of it at the first time.
    if (!initialized) return;
    if (hasChanged) {
      metadata.buildTokens(control.hosts);
      for (const keyspace of Object.values(metadata.keyspaces)) delete keyspace.replicas;
    }
    if (hasMoved && !isFirst) await metadata.refreshKeyspacesInternal(false);
  };
}

/** The driver replaces the values in its hosts, and changes none of them. */
function ringOf(hosts: readonly Host[]): Ring {
  return new Map(hosts.map((host) => {
    const { datacenter, rack, tokens } = host;
    return [host, { datacenter, rack, tokens }];
  }));
}

function isSame(one: Ring, other: Ring): boolean {
  return one.size === other.size &&
    [...one].every(([host, place]) => {
      const before = other.get(host);
      return before !== undefined && isSamePlace(place, before);
    });
}

function isSamePlace(one: Place, other: Place): boolean {
  return one.datacenter === other.datacenter && one.rack === other.rack &&
    one.tokens?.length === other.tokens?.length &&
    (one.tokens ?? []).every((token, index) => token === other.tokens![index]);
}
