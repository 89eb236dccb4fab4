/**
 * How long a change of the schema may take, and the message if the nodes do not agree after it.
 *
 * @module
 */
import type { Session } from "../../driver/session.ts";
import { MigrationError } from "../files/migrations.ts";

/** Longer than the driver waits for schema agreement, so that its answer is what we hear. */
export const DDL_TIMEOUT_MS = 60_000;

/** The driver waits for a few seconds. A busy cluster that many processes change at once takes longer. */
const PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 250;

/**
 * Waits until the nodes that are up have the same schema.
 *
 * @param agreed whether they are known to have it
 * @throws {MigrationError} if they do not have it after `patienceMs`, a minute by default
 */
export async function awaitAgreement(
  session: Pick<Session, "agreesOnSchema">,
  agreed: boolean,
  { patienceMs = PATIENCE_MS }: { readonly patienceMs?: number } = {},
): Promise<void> {
  const givesUpAt = performance.now() + patienceMs;
  while (!agreed) {
    if (performance.now() >= givesUpAt) {
      throw new MigrationError(
        'Cannot continue: the nodes do not agree on the schema yet: run "deno task migrate" again when "nodetool describecluster" shows one version',
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    agreed = await session.agreesOnSchema();
  }
}
