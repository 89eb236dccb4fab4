/**
 * Asks a connection whether it is alive before it is given up. The driver counts the requests that timed out
 * on a connection, and drops it with everything that is under way there: where a node is slow, or large answers are
 * on their way, that makes a healthy node look dead. So the count only leads to a question, the OPTIONS
 * request that is the driver's heartbeat too. A connection that answers it, or that delivers anything meanwhile, stays.
 *
 * Read against cassandra-driver 4.10.0, `lib/host.js` and `lib/connection.js`.
 *
 * @module
 */

/** A connection, as far as its health is concerned. */
export interface ProbedConnection {
  /** Requests that timed out and have not been answered since. */
  readonly timedOutOperations: number;
  readonly netClient: { readonly bytesRead: number };
  send(request: unknown, options: null): Promise<unknown>;
}

/** What decides whether a connection is still good. */
export interface HostHealth {
  checkHealth(connection: ProbedConnection): void;
  removeFromPool(connection: ProbedConnection): void;
}

/** So many may time out for reasons of their own, such as a partition that is slow to read. */
const PROBE_AFTER_TIMEOUTS = 16;
/** Longest that a connection may be silent while it is being asked. */
const PROBE_MS = 2_000;
/** How long a connection that has answered is trusted. */
const TRUST_MS = 2_000;

/**
 * @param prototype of all hosts of the process
 * @param heartbeat the OPTIONS request
 */
export function probeBeforeGivingUp(prototype: HostHealth, heartbeat: unknown): void {
  /** Until when each connection is not asked, in the time of `performance.now()`. */
  const trustedUntil = new WeakMap<ProbedConnection, number>();

  prototype.checkHealth = function (connection) {
    if (connection.timedOutOperations < PROBE_AFTER_TIMEOUTS) return;
    if (performance.now() < (trustedUntil.get(connection) ?? 0)) return;
    trustedUntil.set(connection, Infinity);
    isAlive(connection, heartbeat).then((alive) => {
      trustedUntil.set(connection, performance.now() + TRUST_MS);
      if (!alive) this.removeFromPool(connection);
    });
  };
}

async function isAlive(connection: ProbedConnection, heartbeat: unknown): Promise<boolean> {
  const { bytesRead } = connection.netClient;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), PROBE_MS);
  });
  const answered = connection.send(heartbeat, null).then(() => true, () => false);
  const hasAnswered = await Promise.race([answered, silence]);
  clearTimeout(timer);
  return hasAnswered || connection.netClient.bytesRead > bytesRead;
}
