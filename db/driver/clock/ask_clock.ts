/**
 * Asks a node what its clock shows.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import { boundsOf, type ClockReading } from "./clock_reading.ts";

/**
 * The time of the node's clock, in milliseconds. `now()` would not do, since it never gives a time twice: if
 * the clock is set back, `now()` sticks to the earlier time.
 */
const ASK = "SELECT currentTimestamp() AS shown FROM system.local WHERE key = 'local'";

const TIMEOUT_MS = 1_000;
/** An answer that takes longer says little, and another may be quicker. */
const QUICK_MS = 20;
const MAX_QUESTIONS = 3;

/** The quickest of a few answers of the node; null if it gave none. */
export async function askClock(
  client: cassandra.Client,
  host: cassandra.Host,
): Promise<ClockReading | null> {
  let best: { readonly reading: ClockReading; readonly tookMs: number } | null = null;
  for (let asked = 0; asked < MAX_QUESTIONS; asked++) {
    const sentMs = performance.now();
    const shownMs = await ask(client, host);
    const receivedMs = performance.now();
    if (shownMs === null) break;
    const tookMs = receivedMs - sentMs;
    if (best === null || tookMs < best.tookMs) {
      const bounds = boundsOf(shownMs, { sentMs, receivedMs });
      best = { reading: { address: host.address, takenAtMs: receivedMs, ...bounds }, tookMs };
    }
    if (tookMs <= QUICK_MS) break;
  }
  return best?.reading ?? null;
}

async function ask(client: cassandra.Client, host: cassandra.Host): Promise<number | null> {
  try {
    const { rows: [row] } = await client.execute(ASK, [], { host, readTimeout: TIMEOUT_MS });
    const shown: unknown = row?.shown;
    return shown instanceof Date ? shown.getTime() : null;
  } catch {
    // It went away, or is too old to have the function: what its clock shows stays unknown.
    return null;
  }
}
