/**
 * What we know about a statement while its query is prepared.
 *
 * @module
 */
import type { Role } from "../../catalog/statement/marker_roles.ts";
import type { Report } from "../../catalog/text/source.ts";
import type { PreparedStatement } from "../driver/internals/driver_types.ts";
import type { Table } from "../schema/table.ts";

/** What is known of a statement while its query is prepared. */
export interface StatementContext {
  readonly statement: PreparedStatement;
  /** The table that it selects from or writes to; of a batch, the table of its first write. */
  readonly table: Table | null;
  /** The table of each write of a batch; of any other statement its only table. */
  readonly tables: readonly (Table | null)[];
  readonly report: Report;
}

/** Where a marker stands, and in the statement of which table. */
export interface MarkerPlace {
  readonly role: Role;
  readonly table: Table | null;
}
