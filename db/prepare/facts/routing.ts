/**
 * The one partition that a statement is about: the parameters and constants that make up its key. Statements are
 * sent to replicas of that partition, and the partitions that are asked for most are counted by it.
 *
 * PREPARE says less: it knows no constants, and of `IN (:a, :b)` and of a batch over several partitions it names
 * markers of different keys.
 *
 * @module
 */
import { tablesOf } from "../../../catalog/statement/names_of.ts";
import type { Statement } from "../../../catalog/statement/statement.ts";
import { type Term, unhinted } from "../../../catalog/statement/term.ts";
import type { CqlType } from "../../../codec/codec.ts";
import type { Table } from "../../schema/table.ts";
import type { PreparedParam } from "../prepared_query.ts";
import { restrictionsOf } from "./partition_keys.ts";

/** A part of a key: where a parameter is bound, or a constant for a column of a type. */
export type RoutingTerm = number | { readonly constant: Term; readonly type: CqlType };

/**
 * The parts of the key of each table that a statement names, in the order of its columns.
 *
 * @returns null if some part of a key is not known, or may be several values
 */
export function routingTermsOf(
  parsed: Statement,
  params: readonly PreparedParam[],
  tables: readonly (Table | null)[],
): RoutingTerm[][] | null {
  const restrictions = restrictionsOf(parsed);
  const keys = tablesOf(parsed).map((_, index) => {
    const table = tables[index] ?? null;
    return (table?.partitionKey ?? []).map((column) => {
      const restriction = restrictions[index]?.get(column);
      const type = table?.types.get(column);
      if (restriction === undefined || restriction.isOneOf || type === undefined) return null;
      return partOf(restriction.terms[0]!, type, params);
    });
  });
  const known = keys.map((key) => key.filter((part) => part !== null));
  const isKnown = known.every(({ length }, index) => length > 0 && length === keys[index]!.length);
  return isKnown ? known : null;
}

function partOf(term: Term, type: CqlType, params: readonly PreparedParam[]): RoutingTerm | null {
  const whole = unhinted(term);
  // The value is of its column's type all the same: a type hint only says that it may be assigned.
  if (whole.kind !== "marker") return isConstant(whole) ? { constant: whole, type } : null;
  return params.find(({ param }) => param.name === whole.name)?.positions[0] ?? null;
}

/** Whether a term is written out, so that there is nothing to work out when it runs. */
function isConstant(term: Term): boolean {
  switch (term.kind) {
    case "literal":
      return true;
    case "negation":
    case "hint":
      return isConstant(term.operand);
    case "list":
    case "set":
    case "tuple":
      return term.items.every(isConstant);
    case "map":
      return term.entries.every(({ key, value }) => isConstant(key) && isConstant(value));
    default:
      return false;
  }
}
