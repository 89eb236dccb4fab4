/**
 * Keeps what the driver knows of a node through an outage of the whole cluster. When no node can be reached any
 * more, the control connection begins at the contact points again, as at the first time: the driver then
 * forgets the node that it meets there and adds a new one in its place. That node counts as up before it has a
 * connection, so requests fail on it; and the pool of the forgotten one goes on connecting, and is never closed.
 * Here the node stays, and it is up as soon as the control connection, which it shares, is there.
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
  readonly hosts: { get(address: string): Host | undefined };
  /** The node that it leads to. */
  readonly host: Host | null;
  _initializeConnection(): Promise<void>;
  _setLocalInfo(
    isNew: boolean,
    isCurrent: boolean,
    connection: { readonly endpoint: string },
    rows: unknown,
  ): void;
}

/** Call it before the client connects. */
export function keepHosts(client: cassandra.Client): void {
  const { controlConnection: control } = client as unknown as {
    controlConnection: ControlConnection;
  };
  const { _setLocalInfo: setLocalInfo, _initializeConnection: initialize } = control;

  control._setLocalInfo = (isNew, isCurrent, connection, rows) => {
    const isKnown = control.hosts.get(connection.endpoint) !== undefined;
    setLocalInfo.call(control, isNew && !isKnown, isCurrent, connection, rows);
    // Found where the addresses have changed.
    if (control.initialized && !isKnown) control.hosts.get(connection.endpoint)?.setDown();
  };

  control._initializeConnection = async () => {
    await initialize.call(control);
    if (control.host?.isUp() === false) await control.host._onNewConnectionOpen();
  };
}
