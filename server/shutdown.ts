/**
 * What happens on SIGTERM, step by step: the load balancer notices that the service is not ready, what is
 * in flight is answered, then the connections to Cassandra close. The metrics can be read until then.
 *
 * @module
 */
import type { Session } from "../db/driver/session.ts";
import type { Observe } from "../observe/observation.ts";
import { onStopRequest } from "./stop_requests.ts";
import type { Listener } from "./listen/listen.ts";
import { within } from "../runtime/within.ts";

/** The parts of a running service that have to stop. */
export interface RunningParts {
  /** Ends what keeps up with Cassandra and with files, which the last request may still need. */
  readonly stopFollowing: () => void;
  readonly api: Listener;
  readonly admin: Listener;
  readonly session: Pick<Session, "close">;
  /** Null if nothing is put on record. */
  readonly audit: { close(): Promise<void> } | null;
  readonly observe: Observe;
}

export interface ShutdownTimes {
  /** For the load balancer to notice, while requests are still accepted. */
  readonly drainDelayMs: number;
  /** Longest that requests in flight may take after that. */
  readonly shutdownGraceMs: number;
}

// Beyond it the driver waits for a Cassandra that does not answer.
const SESSION_CLOSE_MS = 2_000;
const ADMIN_GRACE_MS = 1_000;

/** Resolves when nothing is left. The service must call itself not ready before this is called. */
export async function shutDown(
  { stopFollowing, api, admin, session, audit, observe }: RunningParts,
  { drainDelayMs, shutdownGraceMs }: ShutdownTimes,
): Promise<void> {
  observe({ kind: "shutdown", step: "draining" });
  await new Promise((resolve) => setTimeout(resolve, drainDelayMs));
  observe({ kind: "shutdown", step: "finishing requests" });
  await api.finish(shutdownGraceMs);
  stopFollowing();
  observe({ kind: "shutdown", step: "closing the session" });
  await within(session.close(), SESSION_CLOSE_MS);
  // The last operations end with the session.
  if (audit !== null) {
    observe({ kind: "shutdown", step: "writing the rest of the audit log" });
    await audit.close();
  }
  await admin.finish(ADMIN_GRACE_MS);
  observe({ kind: "shutdown", step: "done" });
}

/** Calls `stop` when SIGTERM or SIGINT asks for it, and ends the process after it; a second signal ends it at once. */
export function stopOnSignal(stop: () => Promise<void>): void {
  onStopRequest(["SIGTERM", "SIGINT"], (_signal, isAgain) => {
    if (isAgain) Deno.exit(130);
    void stop().finally(() => Deno.exit(0));
  });
}
