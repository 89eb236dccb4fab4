/**
 * Runs migrations in a keyspace that is not theirs, for nothing but to have its tables: unrecorded, and
 * without what would reach beyond it.
 *
 * @module
 */
import type { DdlHead } from "../../catalog/statement/ddl_head.ts";
import { withoutKeyspace } from "../../catalog/statement/keyspace_qualifiers.ts";
import type { QualifiedName } from "../../catalog/statement/term.ts";
import { CatalogError, diagnosticAtStatement, placeOf } from "../../catalog/text/diagnose.ts";
import { isDefinite, syntaxComplaint } from "../driver/failures/refusal.ts";
import type { Session } from "../driver/session.ts";
import { awaitAgreement, DDL_TIMEOUT_MS } from "./wait/agreement.ts";
import { featureAdvice } from "./apply/feature_advice.ts";
import type { Migration } from "./files/migrations.ts";

/**
 * @param session its keyspace is where they run
 * @param options.keyspace the keyspace that they are written for; where they name it, the session's is used
 * @param options.warn called with what is left out
 * @throws {CatalogError} for the first statement that the server refuses: the rest depends on it
 * @throws {MigrationError} if the nodes do not agree on the schema
 */
export async function tryMigrations(
  session: Session,
  migrations: readonly Migration[],
  { keyspace, warn }: { readonly keyspace: string; readonly warn: (message: string) => void },
): Promise<void> {
  for (const { head } of migrations.flatMap(({ statements }) => statements)) {
    const obstacle = reachOf(head, keyspace);
    if (obstacle !== null) {
      warn(`${placeOf(head.span)} is left out: ${obstacle}`);
      continue;
    }
    await tryStatement(session, { head, cql: withoutKeyspace(head.span, { keyspace, head }) });
  }
}

async function tryStatement(
  session: Session,
  { head: { span }, cql }: { readonly head: DdlHead; readonly cql: string },
): Promise<void> {
  let agreed: boolean;
  try {
    ({ agreed } = await session.run(cql, { timeoutMs: DDL_TIMEOUT_MS }));
  } catch (error) {
    if (!isDefinite(error)) throw error;
    const syntax = syntaxComplaint(error);
    const help = featureAdvice(error.message) ??
      "Fix the statement; if it is applied already, correct it with a new migration";
    throw new CatalogError([
      syntax === null
        ? { span, message: `Cassandra refuses the statement: ${error.message}`, help }
        : diagnosticAtStatement(span, {
          ...syntax,
          message: `Cassandra cannot parse the statement: ${syntax.message}`,
          help,
        }),
    ]);
  }
  await awaitAgreement(session, agreed);
}

/** Why a statement would do something beyond the keyspace; null if it does not. */
function reachOf(head: DdlHead, keyspace: string): string | null {
  const isForeign = (name: QualifiedName | null) =>
    name?.keyspace != null && name.keyspace.name !== keyspace;
  switch (head.kind) {
    case "unknown":
      return "what it does is not known";
    case "grant":
    case "revoke":
      return "permissions belong to the whole cluster";
    case "create":
    case "alter":
    case "drop": {
      const { object } = head;
      if (object.kind === "role") return "roles belong to the whole cluster";
      if (object.kind === "keyspace") return "it is about another keyspace";
      const names = [
        object.kind === "trigger" ? null : object.name,
        "table" in object ? object.table : null,
      ];
      return names.some(isForeign) ? "it is about another keyspace" : null;
    }
    case "batch":
      return head.writes.some(({ table }) => isForeign(table))
        ? "it is about another keyspace"
        : null;
    case "use":
      return "it changes the keyspace";
    default:
      return isForeign(head.table) ? "it is about another keyspace" : null;
  }
}
