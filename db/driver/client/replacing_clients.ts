/**
 * Clients with other credentials, in place of those that are in use: of the local data centre, and of the one that
 * serves in its place where it is away. All connect, or none is left.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import type { ClientInUse } from "./client_in_use.ts";

type Client = cassandra.Client;

export interface ReplacingOptions {
  /**
   * Connects in place of a client; with null, to the local data centre.
   *
   * @returns null if no client is wanted any more
   */
  readonly connect: (before: ClientInUse | null) => Promise<Client | null>;
  /** The client of the data centre that serves in place of the local one now; else null. */
  readonly servingAway: () => ClientInUse | null;
  /** Once it is aborted, no client is wanted any more. */
  readonly signal: AbortSignal;
  /**
   * Takes the clients into use, in the same step as the last look at what serves.
   *
   * @param away null while the local data centre serves
   */
  readonly adopt: (local: Client, away: Client | null) => void;
}

/** @throws the driver's errors; nothing is adopted then */
export async function replaceClients(
  { connect, servingAway, signal, adopt }: ReplacingOptions,
): Promise<void> {
  const local = await connect(null);
  let away: Client | null = null;
  try {
    let replaced: ClientInUse | null = null;
    // It may move to another data centre, or come back, while this connects.
    while (!signal.aborted && servingAway() !== replaced) {
      await away?.shutdown().catch(() => {});
      away = null;
      replaced = servingAway();
      if (replaced !== null) away = await connect(replaced);
    }
  } catch (error) {
    await local?.shutdown().catch(() => {});
    throw error;
  }
  if (local !== null && !signal.aborted) return adopt(local, away);
  await Promise.all([local, away].map((client) => client?.shutdown().catch(() => {})));
}
