/**
 * What of a migration goes on after its statements are applied.
 *
 * @module
 */
import type { MigrationStatement } from "./migrations.ts";

/** Whether one of the statements creates something that Cassandra builds. */
export function buildsSomething(statements: readonly MigrationStatement[]): boolean {
  return statements.some(({ head }) =>
    head.kind === "create" && (head.object.kind === "index" || head.object.kind === "view")
  );
}
