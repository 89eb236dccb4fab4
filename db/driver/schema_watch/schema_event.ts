/**
 * The events by which a node announces a change of the schema, which the driver keeps to itself. Read
 * against cassandra-driver 4.10.0, `lib/control-connection.js` and `lib/readers.js`.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import type { AnnouncedChange, ControlConnection } from "../internals/driver_shapes.ts";

/** A change that a node has announced. */
export interface SchemaEvent {
  readonly keyspace: string;
  /** The table that has changed, or the view. Null if it is anything else, which other tables may depend on. */
  readonly table: string | null;
}

/**
 * Calls back when a node announces that a schema has changed; with null if an announcement may have been
 * missed, since the connection that brings them was lost for a while. Call it before the client connects.
 */
export function onSchemaEvent(
  client: cassandra.Client,
  listener: (event: SchemaEvent | null) => void,
): void {
  const { controlConnection } = client as unknown as { controlConnection: ControlConnection };
  const handle = controlConnection._nodeSchemaChangeHandler;
  controlConnection._nodeSchemaChangeHandler = function (event) {
    handle.call(this, event);
    listener(readEvent(event));
  };
  controlConnection.on("newConnection", (error) => {
    if (!error) listener(null);
  });
}

/** Native protocol v4, section 4.2.6: a change of an index is one of its table. */
export function readEvent({ keyspace, target, table }: AnnouncedChange): SchemaEvent {
  return { keyspace, table: target === "TABLE" && table ? table : null };
}
