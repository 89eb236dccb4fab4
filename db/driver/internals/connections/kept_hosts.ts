/**
 * Keeps what the driver knows of a node through an outage of the whole cluster. When no node can be reached any
 * more, the control connection begins at the contact points again, as at the first time: the driver then
 * forgets the node that it meets there and adds a new one in its place. That node counts as up before it has a
 * connection, so requests fail on it; and the pool of the forgotten one goes on connecting, and is never closed.
 * Here the node stays, and it is up as soon as the control connection, which it shares, is there.
 *
 * The nodes that the driver hears of there for the first time count as up, too, and it never connects to them: at the
 * first time, the client connects to all nodes once the control connection is there. Here they are found as nodes
 * are that join later: each is down until it has a connection.
 *
 * Read against cassandra-driver 4.10.0, `lib/control-connection.js`, `lib/host.js`.
 *
 * @module
 */
import type cassandra from "cassandra-driver";

interface Host {
  isUp(): boolean;
  setDown(): void;
  /** Takes note of a connection in its pool, and is up then. */
  _onNewConnectionOpen(): Promise<void>;
}

interface ControlConnection {
  readonly initialized: boolean;
  readonly hosts: {
    get(address: string): Host | undefined;
    values(): readonly { readonly datacenter: string }[];
  };
  /** The node that it leads to. */
  readonly host: Host | null;
  _initializeConnection(): Promise<void>;
  _setLocalInfo(
    isNew: boolean,
    isCurrent: boolean,
    connection: { readonly endpoint: string },
    rows: unknown,
  ): void;
  setPeersInfo(isFirst: boolean, rows: unknown): Promise<void>;
}

interface KeepingClient {
  readonly controlConnection: ControlConnection;
  readonly options: { readonly localDataCenter?: string };
  readonly profileManager: {
    /** Has the host keep as many connections as its distance asks for. */
    getDistance(host: Host): number;
  };
}

/** Call it before the client connects. */
export function keepHosts(client: cassandra.Client): void {
  const { controlConnection: control, options, profileManager } =
    client as unknown as KeepingClient;
  const {
    _setLocalInfo: setLocalInfo,
    _initializeConnection: initialize,
    setPeersInfo,
  } = control;

  control._setLocalInfo = (isNew, isCurrent, connection, rows) => {
    const isKnown = control.hosts.get(connection.endpoint) !== undefined;
    setLocalInfo.call(control, isNew && !isKnown, isCurrent, connection, rows);
    // Found where the addresses have changed.
    if (control.initialized && !isKnown) control.hosts.get(connection.endpoint)?.setDown();
  };

  control.setPeersInfo = async (isFirst, rows) => {
    await setPeersInfo.call(control, isFirst && !control.initialized, rows);
    if (!isFirst || !control.initialized) return;
    // As the driver checks at the first time: by now, the address may belong to another cluster.
    const { localDataCenter } = options;
    const isLocal = ({ datacenter }: { datacenter: string }) => datacenter === localDataCenter;
    if (localDataCenter !== undefined && !control.hosts.values().some(isLocal)) {
      throw new Error(`Cannot find a node of data centre "${localDataCenter}"`);
    }
  };

  control._initializeConnection = async () => {
    await initialize.call(control);
    const { host } = control;
    if (host === null || host.isUp()) return;
    // Else it would keep a single connection.
    profileManager.getDistance(host);
    await host._onNewConnectionOpen();
  };
}
