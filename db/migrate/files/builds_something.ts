/**
 * What of a migration goes on after its statements are applied.
 *
 * @module
 */
import type { Migration } from "./migrations.ts";

/** Whether a migration creates something that Cassandra builds. */
export function buildsSomething({ statements }: Migration): boolean {
  return statements.some(({ head }) =>
    head.kind === "create" && (head.object.kind === "index" || head.object.kind === "view")
  );
}
