/**
 * Keeps the driver's control connection, which brings the news of nodes and of the schema. The driver sets
 * it up again when it is lost, and does not expect to lose it while it does: two attempts at once take
 * each other's host and connection away, and fail where nobody hears of it. Then it is never set up again, and
 * the rejection that nobody handles ends the process. Here one attempt follows the other. Nor does the driver expect to
 * be shut down while it sets the connection up: it would keep it.
 *
 * Read against cassandra-driver 4.10.0, `lib/control-connection.js`, `_refresh()`.
 *
 * @module
 */
import type cassandra from "cassandra-driver";

export interface RefreshedControl {
  readonly _isShuttingDown: boolean;
  readonly hosts: { values(): { shutdown(waitsForRequests: boolean): Promise<void> }[] };
  /** @param hosts the rest of the hosts, where it goes on after a failure */
  _refresh(hosts?: Iterator<unknown>): Promise<void>;
}

const PAUSE_MS = 250;

/** Call it before the client connects. */
export function steadyControl(
  client: cassandra.Client,
  onFailure: (error: unknown) => void,
): void {
  const { controlConnection: control } = client as unknown as {
    controlConnection: RefreshedControl;
  };
  const refresh = control._refresh;
  let underWay: Promise<void> | null = null;
  let isWanted = false;

  async function refreshAll(): Promise<void> {
    try {
      while (isWanted && !control._isShuttingDown) {
        isWanted = false;
        try {
          await refresh.call(control);
        } catch (error) {
          if (control._isShuttingDown) return;
          onFailure(error);
          isWanted = true;
          await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        }
      }
    } finally {
      // In the same step as the last look at what is wanted: nobody who asks in between is missed.
      underWay = null;
      if (control._isShuttingDown) {
        for (const host of control.hosts.values()) host.shutdown(false).catch(() => {});
      }
    }
  }

  control._refresh = (hosts) => {
    if (hosts !== undefined) return refresh.call(control, hosts);
    isWanted = true;
    underWay ??= refreshAll();
    return underWay;
  };
}
