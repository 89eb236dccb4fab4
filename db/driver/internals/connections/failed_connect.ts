/**
 * What the driver leaves open where a client cannot connect: each connection that was opened and could not be
 * set up; and the client itself, whose `shutdown()` does nothing before it is connected, and whose control
 * connection may be on its way back.
 *
 * Read against cassandra-driver 4.10.0, `lib/client.js`, `_connect()` and `_shutdown()`, and
 * `lib/control-connection.js`, `_initializeConnection()` and `reset()`.
 *
 * @module
 */
import type cassandra from "cassandra-driver";

interface FailedClient {
  isShuttingDown: boolean;
  readonly controlConnection: {
    /** The one that is being set up, or could not be. */
    readonly connection: { closeAsync(): Promise<void> } | null;
    readonly hosts: { values(): { shutdown(waitsForRequests: boolean): Promise<void> }[] };
    _borrowFirstConnection(contactPoints: Iterator<string>): Promise<void>;
    shutdown(): void;
  };
}

/** Closes each connection that could not be set up, before the next contact point is tried. Call it first. */
export function closeFailedSetups(client: cassandra.Client): void {
  const { controlConnection: control } = client as unknown as FailedClient;
  const borrowFirst = control._borrowFirstConnection;
  control._borrowFirstConnection = async (contactPoints) => {
    control.connection?.closeAsync().catch(() => {});
    await borrowFirst.call(control, contactPoints);
  };
}

/** Ends a client whose `connect()` has failed. */
export function endUnconnected(client: cassandra.Client): void {
  const failed = client as unknown as FailedClient;
  failed.isShuttingDown = true;
  const { controlConnection: control } = failed;
  control.shutdown();
  for (const host of control.hosts.values()) host.shutdown(false).catch(() => {});
}
