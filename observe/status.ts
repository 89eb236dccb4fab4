/**
 * What the service last noticed about everything that it depends on: the whole answer to "why is it not
 * ready?". For operators; it has no secrets.
 *
 * @module
 */
import type { Observe } from "./observation.ts";
import { type LastSeen, snapshotOf, type StatusSnapshot } from "./status_snapshot.ts";

export interface Status {
  readonly observe: Observe;
  snapshot(): StatusSnapshot;
}

/** @param now in milliseconds since 1970 */
export function createStatus(now: () => number = Date.now): Status {
  const isoNow = () => new Date(now()).toISOString();
  const seen: LastSeen = {
    readiness: { ready: false, reason: "it is starting", since: isoNow() },
    connection: null,
    routes: null,
    control: null,
    datacenter: null,
    clock: null,
    availability: null,
    reload: null,
    isDraining: false,
    issuers: new Map(),
  };

  return {
    observe(observation) {
      switch (observation.kind) {
        case "readiness":
          seen.readiness = { ...observation, since: isoNow() };
          return;
        case "connection":
          seen.connection = observation;
          return;
        case "datacenter":
          seen.datacenter = { of: observation, since: isoNow() };
          return;
        case "availability":
          seen.availability = observation;
          return;
        case "routes":
          seen.routes = { of: observation, since: isoNow() };
          return;
        case "issuer_keys":
          seen.issuers.set(observation.issuer, observation);
          return;
        case "reload":
          seen.reload = {
            ok: observation.succeeded,
            at: isoNow(),
            reason: observation.succeeded ? null : reasonOf(observation.cause),
          };
          return;
        case "clock":
          seen.clock = observation;
          return;
        case "control":
          seen.control = observation;
          return;
        case "shutdown":
          if (!seen.isDraining) {
            seen.readiness = { ready: false, reason: "it is shutting down", since: isoNow() };
          }
          seen.isDraining = true;
          return;
      }
    },
    snapshot: () => snapshotOf(seen),
  };
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
