/**
 * The events by which a node announces a change of the schema, which the driver keeps to itself. Read
 * against cassandra-driver 4.10.0, `lib/control-connection.js`.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import type { ControlConnection } from "../internals/driver_shapes.ts";

/**
 * Calls back when a node announces that a schema has changed, with the keyspace; with null if an announcement
 * may have been missed, since the connection that brings them was lost for a while. Call it before the client
 * connects.
 */
export function onSchemaEvent(
  client: cassandra.Client,
  listener: (keyspace: string | null) => void,
): void {
  const { controlConnection } = client as unknown as { controlConnection: ControlConnection };
  const handle = controlConnection._nodeSchemaChangeHandler;
  controlConnection._nodeSchemaChangeHandler = function (event) {
    handle.call(this, event);
    listener(event.keyspace);
  };
  controlConnection.on("newConnection", (error) => {
    if (!error) listener(null);
  });
}
