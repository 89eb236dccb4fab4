/**
 * Keeps a process from migrating whose clock is wrong: what it writes would hide what others write, or be hidden.
 *
 * @module
 */
import type { Session } from "../../driver/session.ts";
import { MigrationError } from "../files/migrations.ts";

/**
 * Compares two clocks in memory. Before the first time, the nodes are asked with `Session.compareClocks()`.
 *
 * @throws {MigrationError} if the clock is certainly off by more than `MAX_CLOCK_SKEW_MS`
 */
export async function assertClock(session: Session): Promise<void> {
  if (session.clockRefusal() === null) return;
  // A machine that slept looks wrong until the clocks are compared again.
  await session.compareClocks();
  const refusal = session.clockRefusal();
  if (refusal === null) return;
  const { cause } = refusal;
  const reason = cause instanceof Error ? cause.message : refusal.message;
  throw new MigrationError(
    `Cannot migrate: ${reason}\n` +
      "  What it writes would hide what others write, or be hidden. Set the clock that is wrong with NTP, and run " +
      '"deno task migrate" again.\n  MAX_CLOCK_SKEW_MS says how large the difference may be',
    { cause: refusal },
  );
}
