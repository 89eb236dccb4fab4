/**
 * Which connection to a host takes a request. Small answers share the first connection, and large ones the last: a
 * large answer then holds up no small one. What shares a connection is also read and written together, on both sides,
 * which costs less than the same requests spread over several.
 *
 * @module
 */

/** How many requests share a connection before the next one is used. */
export const SHARED_BY = 256;

/** A connection, as far as it is chosen. */
export interface PooledConnection {
  /** How many of its streams are in use. */
  getInFlight(): number;
}

/** A node, as far as its connections are chosen. */
export interface PooledHost<Connection extends PooledConnection> {
  readonly pool: { readonly connections: readonly Connection[] };
  /** @throws if no connection can take a request */
  borrowConnection(): Connection;
}

/**
 * @param mayBeLarge whether the answer may hold up others
 * @throws if no connection can take a request
 */
export function chooseConnection<Connection extends PooledConnection>(
  host: PooledHost<Connection>,
  mayBeLarge: boolean,
): Connection {
  const { connections } = host.pool;
  const last = connections.length - 1;
  for (let index = 0; index <= last; index++) {
    const connection = connections[mayBeLarge ? last - index : index]!;
    if (connection.getInFlight() < SHARED_BY) return connection;
  }
  // All of them are busy, or the host has none: the driver knows what to do.
  return host.borrowConnection();
}
