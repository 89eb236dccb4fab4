/**
 * What a service holds of answers that their callers have not taken yet, by its metrics.
 *
 * @module
 */
import { scrape } from "../support/telemetry/metrics_text.ts";

export interface UnreadLoad {
  /** Bytes of answers, and what they take besides. */
  readonly unread: number;
  readonly inFlight: number;
}

/** @param adminUrl the address of the admin port */
export async function unreadLoadOf(adminUrl: string): Promise<UnreadLoad> {
  const metrics = await scrape(adminUrl);
  return {
    unread: metrics.value("cqlgate_load_unread_bytes")!,
    inFlight: metrics.value("cqlgate_load_in_flight")!,
  };
}

export async function isNothingLeft(adminUrl: string): Promise<boolean> {
  const { unread, inFlight } = await unreadLoadOf(adminUrl);
  return unread === 0 && inFlight === 0;
}
