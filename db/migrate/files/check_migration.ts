/**
 * What a statement of a migration may not do: leave the keyspace that the service works in, change that
 * keyspace, or touch the service's own tables. Everything else is for the server to judge.
 *
 * @module
 */
import type { DdlHead } from "../../../catalog/statement/ddl_head.ts";
import type { Name } from "../../../catalog/statement/term.ts";
import { quote } from "../../../catalog/text/quote.ts";
import type { Report } from "../../../catalog/text/source.ts";
import type { StatementText } from "../../../catalog/text/split.ts";
import { nameOf } from "../../../catalog/text/token.ts";
import { OWN_TABLES } from "../../schema/own_tables.ts";

/** @param head what the statement does, judging by its first words */
export function checkMigrationStatement(
  head: DdlHead,
  { statement, keyspace, report }: {
    readonly statement: StatementText;
    readonly keyspace: string;
    readonly report: Report;
  },
): void {
  if (head.kind === "use") {
    report({
      span: head.span,
      message: "Cannot change the keyspace in a migration",
      help:
        `Remove USE: unqualified names are in ${quote(keyspace)}, as CASSANDRA_KEYSPACE says; ` +
        'write "other.table" for a table of another keyspace',
    });
  }
  const own = keyspaceOf(head);
  if (own?.name === keyspace) {
    report({
      span: own.span,
      message: `Cannot ${head.kind} ${
        quote(keyspace)
      } in a migration: it is cqlgate's own keyspace`,
      help: "Remove the statement: `migrate` creates the keyspace; change or drop it by hand",
    });
  }
  for (const { name, span } of changedTables(head, statement)) {
    if (!OWN_TABLES.includes(name)) continue;
    report({
      span,
      message: `Cannot use ${quote(name)} in a migration: it is one of cqlgate's own tables`,
      help: "Remove the statement, or give your own table another name",
    });
  }
}

/** The keyspace that a statement creates, alters or drops. */
function keyspaceOf(head: DdlHead): Name | null {
  if (head.kind !== "create" && head.kind !== "alter" && head.kind !== "drop") return null;
  return head.object.kind === "keyspace" ? head.object.name : null;
}

/** The tables that a statement changes, or whose rows it changes; for an unknown statement, every name in it. */
function changedTables(head: DdlHead, { tokens }: StatementText): readonly Name[] {
  switch (head.kind) {
    case "create":
    case "alter":
    case "drop": {
      const { object } = head;
      if (object.kind === "keyspace" || object.kind === "role") return [];
      if (object.kind === "trigger") return [object.table.name];
      const table = "table" in object ? object.table : null;
      return [object.name, table].flatMap((qualified) => qualified?.name ?? []);
    }
    case "insert":
    case "update":
    case "delete":
    case "truncate":
      return [head.table.name];
    case "batch":
      return head.writes.map(({ table }) => table.name);
    case "unknown":
      return tokens.flatMap((token) => {
        const name = nameOf(token);
        return name === null ? [] : [{ name, span: token.span }];
      });
    default:
      return [];
  }
}
