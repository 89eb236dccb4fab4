/**
 * How long a change of the schema may take, and what is said where the nodes do not agree after it.
 *
 * @module
 */
import { MigrationError } from "./migrations.ts";

/** Longer than the driver waits for schema agreement, so that its answer is what we hear. */
export const DDL_TIMEOUT_MS = 60_000;

/** @throws {MigrationError} if the nodes do not have the same schema yet */
export function assertAgreement(agreed: boolean): void {
  if (agreed) return;
  throw new MigrationError(
    'Cannot continue: the nodes do not agree on the schema yet: run "deno task migrate" again when "nodetool describecluster" shows one version',
  );
}
