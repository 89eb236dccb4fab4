/**
 * A client of the driver that is connected, or none.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import type { Observe } from "../../../observe/observation.ts";
import { clientOptions, type ConnectionOptions } from "./client_options.ts";
import type { WriteTimes } from "../clock/write_times.ts";
import { HEARTBEAT } from "../internals/driver_internals.ts";
import { followRing } from "../internals/connections/current_ring.ts";
import { trustDistantHosts } from "../internals/connections/distant_hosts.ts";
import { closeFailedSetups, endUnconnected } from "../internals/connections/failed_connect.ts";
import { keepHosts } from "../internals/connections/kept_hosts.ts";
import { steadyControl } from "../internals/connections/steady_control.ts";
import { noteSchemaChange } from "../schema_watch/once_more.ts";
import { type SilentHosts, watchSilence } from "../internals/connections/watch_silence.ts";
import { onSchemaEvent, type SchemaEvent } from "../schema_watch/schema_event.ts";
import type { AttemptBudget } from "../timing/attempt_budget.ts";

export interface ClientSettings extends ConnectionOptions {
  /** Where it looks as well once it has lost all nodes that it knows. Default: at the contact points only. */
  readonly laterContactPoints?: readonly string[];
  /** How much may be sent again after a failure. */
  readonly retryBudget: AttemptBudget;
  readonly observe: Observe;
  /** Called when a node announces a change of the schema; with null if there may have been any. */
  readonly onSchemaChange: (event: SchemaEvent | null) => void;
}

export interface ConnectOptions {
  readonly writeTimes: WriteTimes;
  /** Once it is aborted, no client is wanted any more. */
  readonly signal: AbortSignal;
}

/**
 * A client that failed to connect is thrown away: its half-complete state must not linger.
 *
 * @returns null if none is wanted any more
 * @throws the driver's errors
 */
export async function connectClient(
  settings: ClientSettings,
  { writeTimes, signal }: ConnectOptions,
): Promise<cassandra.Client | null> {
  const client = createClient(settings, writeTimes);
  try {
    await client.connect();
  } catch (error) {
    endUnconnected(client);
    throw error;
  }
  lookLaterAt(client, settings.laterContactPoints ?? []);
  if (!signal.aborted) return client;
  await client.shutdown();
  return null;
}

function createClient(settings: ClientSettings, writeTimes: WriteTimes): cassandra.Client {
  const { observe, onSchemaChange, retryBudget } = settings;
  const silentHosts: SilentHosts = new Set();
  const client = new cassandra.Client(
    clientOptions(settings, { writeTimes, retryBudget, silentHosts }),
  );
  client.on("log", (level: string, source: string, message: string, detail: unknown) => {
    if (level === "error") {
      observe({ kind: "driver_error", source, message, cause: detail });
    }
  });
  onSchemaEvent(client, (event) => {
    noteSchemaChange(client);
    onSchemaChange(event);
  });
  watchSilence(client, { silent: silentHosts, heartbeat: HEARTBEAT });
  closeFailedSetups(client);
  keepHosts(client);
  trustDistantHosts(client);
  followRing(client);
  steadyControl(client, (cause) => {
    const message =
      "Cassandra's control connection was lost while it was being set up; setting it up again";
    observe({ kind: "warning", message, cause });
  });
  return client;
}

/** The driver reads its contact points again each time that it can reach no other node. */
function lookLaterAt(client: cassandra.Client, contactPoints: readonly string[]): void {
  const { options } = client as unknown as {
    options: { readonly contactPoints: string[]; readonly sni?: unknown };
  };
  if (options.sni === undefined) options.contactPoints.push(...contactPoints);
}

/**
 * The same settings for another data centre: its nodes as a client has found them, or else as configured. The
 * configured contact points lead to nodes that are down as well, where each attempt may take seconds, so they come into
 * play once the addresses have changed.
 */
export function settingsIn<Settings extends ClientSettings>(
  datacenter: string,
  settings: Settings,
  found: cassandra.Client | undefined,
): Settings {
  const hosts = found?.hosts.values().filter((host) => host.datacenter === datacenter) ?? [];
  // An address of IPv6 stands in brackets where it is configured.
  const addresses = hosts.map(({ address }) => address.replace(/^(.*:.*):(\d+)$/, "[$1]:$2"));
  return {
    ...settings,
    localDatacenter: datacenter,
    ...(addresses.length === 0 ? {} : {
      contactPoints: addresses,
      laterContactPoints: settings.contactPoints,
    }),
  };
}
