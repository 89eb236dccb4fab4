/**
 * Constants that cannot be keys: null, or an empty value if the column is the whole partition key. Cassandra
 * accepts them when it prepares a statement, and refuses the statement each time it runs. A constant `INSERT …
 * JSON` has null for columns that it does not name.
 *
 * @module
 */
import type { Query } from "../../../../catalog/query.ts";
import { columnValues } from "../../../../catalog/statement/column_values.ts";
import { fromJsonText } from "../../../../catalog/statement/from_json.ts";
import { type InsertedJson, writesOf } from "../../../../catalog/statement/statement.ts";
import { type Term, unhinted } from "../../../../catalog/statement/term.ts";
import { writtenName } from "../../../../catalog/statement/written_name.ts";
import type { Table } from "../../../schema/table.ts";
import type { StatementContext } from "../../statement_context.ts";

type Lack = "null" | "empty";

export function checkConstantKeys({ parsed }: Query, { tables, report }: StatementContext): void {
  for (const { column, value, isEqual, statement } of columnValues(parsed)) {
    const table = tables[statement] ?? null;
    if (table === null || !isEqual || !table.keys.has(column)) continue;
    const lack = lackOf(value);
    if (!isRefused(lack, column, table)) continue;
    report({
      span: value.span,
      message: `Cannot run a statement whose key "${column}" is ${lack}: Cassandra refuses it`,
      help: "Write a value or a marker",
    });
  }
  for (const [index, write] of writesOf(parsed).entries()) {
    const table = tables[index] ?? null;
    if (table === null || write.kind !== "insert" || write.source.kind !== "json") continue;
    const members = membersOf(write.source);
    if (members === null) continue;
    for (const column of table.keys) {
      const lack = lackOfJson(members.get(column));
      if (!isRefused(lack, column, table)) continue;
      report({
        span: write.source.value.span,
        message: members.has(column)
          ? `Cannot run a statement whose key "${column}" is ${lack}: Cassandra refuses it`
          : `Cannot insert JSON without the key "${column}": Cassandra refuses it`,
        help: `Write a member ${JSON.stringify(writtenName(column))} that has a value`,
      });
    }
  }
}

function isRefused(lack: Lack | null, column: string, { partitionKey }: Table): boolean {
  return lack === "null" ||
    lack === "empty" && column === partitionKey[0] && partitionKey.length === 1;
}

function lackOf(value: Term): Lack | null {
  const term = unhinted(value);
  if (term.kind === "null") return "null";
  if (term.kind === "literal") {
    const isEmpty = term.type === "string" && term.value === "" ||
      term.type === "blob" && /^0x$/i.test(term.value);
    return isEmpty ? "empty" : null;
  }
  const json = fromJsonText(term);
  if (json === null) return null;
  const parsed = parseJson(json.value);
  return parsed === undefined ? null : lackOfJson(parsed);
}

/** @param value undefined if it is left out */
function lackOfJson(value: unknown): Lack | null {
  if (value === null || value === undefined) return "null";
  return value === "" ? "empty" : null;
}

/**
 * The members of a constant JSON object by column, as Cassandra reads their names: in any case, unless the name
 * itself is in double quotes.
 *
 * @returns null for a marker, and for anything but a JSON object
 */
function membersOf({ value }: InsertedJson): ReadonlyMap<string, unknown> | null {
  const parsed = value.kind === "literal" ? parseJson(value.value) : undefined;
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return null;
  return new Map(
    Object.entries(parsed).map(([name, member]) => [
      /^".*"$/s.test(name) ? name.slice(1, -1) : name.toLowerCase(),
      member,
    ]),
  );
}

/** Undefined if it is not JSON; Cassandra reports that. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
