/**
 * What the driver believes of nodes that it does not connect to, those of other data centres. It knows of them only
 * what other nodes announce. A new node is down for it until it has a connection, so a distant one is down
 * forever: the announcement that it is up comes before the driver knows the node. And while the control connection moves
 * to another node, announcements are missed. Here a distant node counts as up, as at the first time, until the driver
 * is told that it is down; and again once the control connection has moved.
 *
 * Read against cassandra-driver 4.10.0, `lib/control-connection.js`, `setPeersInfo()` and
 * `_nodeStatusChangeHandler()`.
 *
 * @module
 */
import cassandra from "cassandra-driver";

interface Host {
  isUp(): boolean;
  setUp(): void;
}

interface HearingClient {
  readonly controlConnection: {
    readonly hosts: { values(): readonly Host[] };
    /** @param hasMoved whether the control connection leads to another node now, or leads there again */
    _refreshHosts(isFirst: boolean, hasMoved: boolean): Promise<void>;
  };
  readonly profileManager: { getDistance(host: Host): number };
}

const { ignored } = cassandra.types.distance;

/** Call it before the client connects. */
export function trustDistantHosts(client: cassandra.Client): void {
  const { controlConnection: control, profileManager } = client as unknown as HearingClient;
  const refreshHosts = control._refreshHosts;
  control._refreshHosts = async (isFirst, hasMoved) => {
    const told = new Set(hasMoved ? [] : control.hosts.values());
    await refreshHosts.call(control, isFirst, hasMoved);
    for (const host of control.hosts.values()) {
      if (told.has(host) || host.isUp()) continue;
      if (profileManager.getDistance(host) === ignored) host.setUp();
    }
  };
}
