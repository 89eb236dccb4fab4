/**
 * Whether running a statement twice does the same as running it once, so that it may be sent again
 * when nobody knows whether it arrived. Where the text leaves a doubt, it does not.
 *
 * @module
 */
import {
  isConditional,
  type Statement,
  writesOf,
  type WriteStatement,
} from "../../../catalog/statement/statement.ts";
import { termsOf } from "../../../catalog/statement/terms_of.ts";
import type { CqlType } from "../../../codec/codec.ts";
import type { Table } from "../../schema/table.ts";
import { isPure } from "./native_functions.ts";

/**
 * Not idempotent are lightweight transactions (the second would meet what the first wrote), counters, appending
 * to a list and changing it by index, and values that the server makes up, as user-defined functions may do
 * too. It is unknown what an opaque statement does.
 *
 * @param tables of each of its writes; null if it is not known
 */
export function isIdempotent(statement: Statement, tables: readonly (Table | null)[]): boolean {
  if (statement.kind === "select") return true;
  if (statement.kind === "opaque" || isConditional(statement)) return false;
  return termsOf(statement).every(isPure) &&
    writesOf(statement).every((write, index) => writesPlainly(write, tables[index] ?? null));
}

/** Whether the result of a write does not depend on what was there before. */
function writesPlainly(write: WriteStatement, table: Table | null): boolean {
  if (write.kind === "insert") return true;
  const changed: readonly { readonly kind: string; readonly column: { readonly name: string } }[] =
    write.kind === "update" ? write.assignments : write.deletions;
  return changed.every(({ kind, column: { name } }) =>
    !CHANGES_IN_PLACE.includes(kind) || HARMLESS.includes(table?.types.get(name)?.kind)
  );
}

/** `a = a + …`, `a = … + a`, `a += …`, `a[…] = …` and `DELETE a[…]`. */
const CHANGES_IN_PLACE: readonly string[] = ["add", "subtract", "prepend", "element"];

/** Types that take the same change twice, and stay as they were after the first. */
const HARMLESS: readonly (CqlType["kind"] | undefined)[] = ["set", "map"];
