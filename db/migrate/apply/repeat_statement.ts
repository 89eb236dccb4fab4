/**
 * Which statements may be sent again if nobody knows whether they arrived, and how Cassandra says that they did.
 *
 * @module
 */
import type { DdlHead } from "../../../catalog/statement/ddl_head.ts";
import { parseStatement } from "../../../catalog/statement/grammar/parse_statement.ts";
import { writesOf } from "../../../catalog/statement/statement.ts";
import { termsOf } from "../../../catalog/statement/terms_of.ts";
import { isDefinite } from "../../driver/failures/refusal.ts";
import type { Session } from "../../driver/session.ts";
import { isIdempotent } from "../../prepare/facts/idempotency.ts";
import { isPure } from "../../prepare/facts/native_functions.ts";
import { createTableReader } from "../../schema/table.ts";
import type { MigrationStatement } from "../files/migrations.ts";

/**
 * Whether it does no harm to send a statement that is applied already: it changes nothing then, or Cassandra
 * refuses it (`isAppliedBefore()`).
 *
 * @param keyspace of names without one
 * @throws the driver's errors where the cluster cannot be asked
 */
export async function mayBeSentAgain(
  session: Session,
  { head, tokens }: MigrationStatement,
  keyspace: string,
): Promise<boolean> {
  switch (head.kind) {
    case "create":
    case "drop":
    case "grant":
    case "revoke":
    case "select":
      return true;
    case "alter":
      return head.alteration.kind === "other";
    case "insert":
    case "update":
    case "delete":
    case "batch": {
      const statement = parseStatement(tokens);
      // The second finds what the first has written.
      if (statement.kind === "insert" && statement.condition !== null) {
        return termsOf(statement).every(isPure);
      }
      const readTable = createTableReader(session);
      const tables = await Promise.all(
        writesOf(statement).map(({ table }) =>
          readTable(table.keyspace?.name ?? keyspace, table.name.name)
        ),
      );
      return isIdempotent(statement, tables);
    }
    case "truncate":
    case "use":
    case "unknown":
      return false;
  }
}

/** What Cassandra 5.0 says of an object that is there, and of one that is not; a test compares it with a node's words. */
const IS_THERE =
  /already exists'?$|is a duplicate of existing index|^Cannot add (?:already )?existing /;
const IS_GONE = /doesn't exist'?$/;

/**
 * Whether a statement that was sent again failed only because what it creates is there, or what it drops is gone.
 * Of an index without a name, one that differs in nothing but its name is the same.
 */
export function isAppliedBefore(head: DdlHead, error: unknown): boolean {
  if (!(error instanceof Error) || !isDefinite(error)) return false;
  if (head.kind === "create") return IS_THERE.test(error.message);
  return head.kind === "drop" && IS_GONE.test(error.message);
}
