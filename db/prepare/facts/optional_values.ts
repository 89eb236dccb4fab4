/**
 * What a body may leave out: the columns that `@optional` is about, why a value cannot be left out, and the
 * values of which a body needs at least one, since it would otherwise write nothing.
 *
 * @module
 */
import type { Param, Query } from "../../../catalog/query.ts";
import type { Role } from "../../../catalog/statement/marker_roles.ts";
import { type Assignment, writesOf } from "../../../catalog/statement/statement.ts";
import { markersIn, unhinted } from "../../../catalog/statement/term.ts";
import type { Report } from "../../../catalog/text/source.ts";
import type { PreparedParam } from "../prepared_query.ts";
import type { MarkerPlace } from "../statement_context.ts";

/** Where the server refuses UNSET, in words; null if it takes it. */
const UNSETTABLE: Readonly<Record<Role["kind"], string | null>> = {
  value: null,
  part: "a part of a value",
  limit: null,
  ttl: null,
  timestamp: null,
  in: 'a list after "IN"',
  subscript: "a key inside a collection",
  token: 'a restriction in "WHERE"',
  restriction: 'a restriction in "WHERE"',
  condition: 'a condition after "IF"',
  ann: "what vectors are compared with",
  other: "a part of the statement that needs a value",
  unknown: "a place in a statement that cannot be read",
};

/** Why a marker in this place needs a value, in words; null if it does not. */
export function obstacleTo({ role, table }: MarkerPlace): string | null {
  if (role.kind === "value" && table?.keys.has(role.column)) return `a key column "${role.column}"`;
  const isAppended = role.kind === "value" && role.assignment === "add";
  if (isAppended && table?.types.get(role.column)?.kind === "list") {
    // Cassandra 5.0 fails over UNSET there, where it takes it for sets, for maps and in front.
    return `what is appended to the list "${role.column}"`;
  }
  return UNSETTABLE[role.kind];
}

/** The parameter as `@optional` has it: optional if all that it does is to write columns that can be null. */
export function withOptional(
  param: Param,
  { optional }: Query,
  places: readonly MarkerPlace[],
): Param {
  if (optional === null || param.source.in !== "body" || param.default !== null) return param;
  if (param.optional || optional.except.includes(param.name)) return param;
  const isColumn = places.length > 0 &&
    places.every((place) =>
      place.role.kind === "value" && place.table !== null && obstacleTo(place) === null
    );
  if (!isColumn) return param;
  const deletes = optional.absent !== null && places.every(isReplaced);
  return { ...param, optional: true, absent: deletes ? optional.absent : null };
}

/** Whether null deletes the stored value. Added to a collection, or taken out of it, null changes nothing. */
export function isReplaced({ role }: MarkerPlace): boolean {
  return role.kind === "value" && REPLACING.includes(role.assignment);
}

const REPLACING: readonly Assignment["kind"][] = ["set", "element", "field"];

/** Reports an `@optional` that no column takes, and an `absent=null` in it that deletes nothing. */
export function checkOptionalTag(
  { optional }: Query,
  params: readonly PreparedParam[],
  report: Report,
): void {
  if (optional === null) return;
  const { span, absent } = optional;
  if (!params.some(({ param }) => param.source.in === "body" && param.optional)) {
    report({
      span,
      message: "Cannot use @optional: the body writes no column that can be null",
      help: "Remove the tag",
    });
  } else if (absent !== null && params.every(({ param }) => param.absent === null)) {
    report({
      span,
      message: "Cannot delete what is left out: the body replaces no column",
      help: 'Remove "absent=null"',
    });
  }
}

/**
 * The parameters of which a body needs at least one, since it would otherwise write nothing. Empty if it
 * always writes something: an INSERT writes the row itself, and a constant is written too. With
 * `@optional`, what does not come from the body does not count.
 */
export function leastWritten(
  { parsed, optional }: Query,
  params: readonly PreparedParam[],
): readonly Param[] {
  const byName = new Map(params.map(({ param }) => [param.name, param]));
  const needed = new Set<Param>();
  const writes = writesOf(parsed);
  for (const write of writes) {
    if (write.kind !== "update") return [];
    for (const { value } of write.assignments) {
      const markers = markersIn(value).flatMap(({ name }) => byName.get(name ?? "") ?? []);
      const [param] = markers;
      const isWhole = unhinted(value).kind === "marker";
      const mayLack = isWhole && param?.source.in === "body" && param.optional &&
        param.absent === null;
      if (mayLack) needed.add(param!);
      else if (optional === null || markers.some((it) => comesFromBody(it, byName))) return [];
    }
  }
  return [...needed];
}

function comesFromBody({ source }: Param, byName: ReadonlyMap<string, Param>): boolean {
  return source.in === "body" ||
    source.in === "bucket" && byName.get(source.of)?.source.in === "body";
}
