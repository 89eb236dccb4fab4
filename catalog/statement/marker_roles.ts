/**
 * What each bind marker does in its statement. The server answers PREPARE with a marker's type, but hides
 * the column that a named marker stands for.
 *
 * @module
 */

import type {
  Assignment,
  Condition,
  InValues,
  Relation,
  SelectStatement,
  Statement,
  Subject,
  UsingOption,
  WriteStatement,
} from "./statement.ts";
import { type BindMarker, markersIn, type Term, unhinted, walkTerm } from "./term.ts";

export type Role =
  /** Written to a column as it is: by `VALUES (…)`, or by `SET column = …`, `+= …` and the like. */
  | {
    readonly kind: "value";
    readonly column: string;
    /** Whether it replaces what is there, or is combined with it. A value of an INSERT is "set". */
    readonly assignment: Assignment["kind"];
  }
  /** A part of what is written to a column: inside a function, a literal or a calculation. */
  | {
    readonly kind: "part";
    readonly column: string;
    /** Whether it is a field of a user-defined type, or a member of a tuple, which take null. */
    readonly isField: boolean;
  }
  /** The key or index inside a collection: `SET column[:marker] = …`, `DELETE column[:marker]`. */
  | { readonly kind: "subscript"; readonly column: string }
  /** `LIMIT` and `PER PARTITION LIMIT`. */
  | { readonly kind: "limit" }
  /** `USING TTL`. */
  | { readonly kind: "ttl" }
  /** `USING TIMESTAMP`. */
  | { readonly kind: "timestamp" }
  /** The whole list after `IN`, in `WHERE` or in `IF`; not a member of a list in parentheses. */
  | { readonly kind: "in" }
  /** In what is compared with tokens, as in `token(a, b) > token(:marker, :marker)`. */
  | { readonly kind: "token" }
  /** After `WHERE`, otherwise. */
  | {
    readonly kind: "restriction";
    /** The collection whose key or value it is, in `WHERE column[:marker] = :marker`; else null. */
    readonly elementOf: string | null;
  }
  /** After `IF`, otherwise. */
  | {
    readonly kind: "condition";
    /**
     * Whether it follows `=` or `!=`, which take null, or is a field or a member of what follows them, as in a
     * {@link Role} of the kind `part`.
     */
    readonly equality: boolean;
  }
  /** What the vectors of a column are compared with: `ORDER BY column ANN OF :marker`. */
  | { readonly kind: "ann"; readonly column: string }
  /** Anywhere else, as in a select list. */
  | { readonly kind: "other" }
  /** Somewhere in a statement that cannot be read. */
  | { readonly kind: "unknown" };

/** One appearance of a marker; a marker that occurs twice has two. */
export interface MarkerRole {
  readonly marker: BindMarker;
  readonly role: Role;
  /** The index of its write in a batch; else 0. */
  readonly statement: number;
}

/** In the order of the text, which is the order of the server's bind columns. */
export function markerRoles(statement: Statement): MarkerRole[] {
  switch (statement.kind) {
    case "select":
      return rolesOfSelect(statement).map((role) => ({ ...role, statement: 0 }));
    case "batch": {
      const before = rolesOfUsing(statement.using).map((role) => ({ ...role, statement: 0 }));
      const inside = statement.statements.flatMap((write, index) =>
        rolesOfWrite(write).map((role) => ({ ...role, statement: index }))
      );
      return [...before, ...inside];
    }
    case "opaque":
      return statement.markers.map((marker) => ({ marker, role: UNKNOWN, statement: 0 }));
    default:
      return rolesOfWrite(statement).map((role) => ({ ...role, statement: 0 }));
  }
}

/** Every bind marker of a statement, in the order of the text. */
export function bindMarkers(statement: Statement): BindMarker[] {
  return markerRoles(statement).map(({ marker }) => marker);
}

type PlacedRole = Omit<MarkerRole, "statement">;

const UNKNOWN: Role = { kind: "unknown" };
const OTHER: Role = { kind: "other" };
const RESTRICTION: Role = { kind: "restriction", elementOf: null };

function rolesOfSelect(select: SelectStatement): PlacedRole[] {
  const { selectors, where, groupBy, orderBy, perPartitionLimit, limit } = select;
  return [
    ...(selectors ?? []).flatMap(({ term }) => rolesIn(term, OTHER)),
    ...where.flatMap(rolesOfRestriction),
    ...groupBy.flatMap((term) => rolesIn(term, OTHER)),
    ...orderBy.flatMap(({ column: { name }, nearest }) =>
      nearest === null ? [] : rolesOfValue(nearest, {
        whole: { kind: "ann", column: name },
        part: { kind: "part", column: name, isField: false },
      })
    ),
    ...[perPartitionLimit, limit].flatMap((term) =>
      term === null ? [] : rolesIn(term, { kind: "limit" })
    ),
  ];
}

function rolesOfWrite(write: WriteStatement): PlacedRole[] {
  switch (write.kind) {
    case "insert":
      return [...rolesOfInserted(write.source), ...rolesOfUsing(write.using)];
    case "update":
      return [
        ...rolesOfUsing(write.using),
        ...write.assignments.flatMap(rolesOfAssignment),
        ...write.where.flatMap(rolesOfRestriction),
        ...rolesOfCondition(write.condition),
      ];
    case "delete":
      return [
        ...write.deletions.flatMap((subject) =>
          rolesOfKey(subject, { kind: "subscript", column: subject.column.name })
        ),
        ...rolesOfUsing(write.using),
        ...write.where.flatMap(rolesOfRestriction),
        ...rolesOfCondition(write.condition),
      ];
  }
}

function rolesOfInserted(source: Extract<WriteStatement, { kind: "insert" }>["source"]) {
  if (source.kind === "json") return rolesIn(source.value, OTHER);
  return source.values.flatMap((term, index) => {
    // Where there are more values than columns, the server refuses the statement.
    const column = source.columns[index]?.name ?? "";
    return rolesOfWritten(term, { column, assignment: "set" });
  });
}

function rolesOfAssignment(assignment: Assignment): PlacedRole[] {
  const { kind, value } = assignment;
  const column = assignment.column.name;
  const written = rolesOfWritten(value, { column, assignment: kind });
  return kind === "element"
    ? [...rolesIn(assignment.key, { kind: "subscript", column }), ...written]
    : written;
}

function rolesOfWritten(
  term: Term,
  written: Pick<Extract<Role, { kind: "value" }>, "column" | "assignment">,
): PlacedRole[] {
  const { column } = written;
  return rolesOfValue(term, {
    whole: { kind: "value", ...written },
    part: { kind: "part", column, isField: false },
    field: { kind: "part", column, isField: true },
  });
}

function rolesOfUsing(options: readonly UsingOption[]): PlacedRole[] {
  return options.flatMap(({ kind, value }) => rolesIn(value, { kind }));
}

function rolesOfRestriction(relation: Relation): PlacedRole[] {
  if (relation.kind === "token_comparison") return rolesIn(relation.value, { kind: "token" });
  const role: Role = relation.kind === "comparison" && relation.subject.kind === "element"
    ? { kind: "restriction", elementOf: relation.subject.column.name }
    : RESTRICTION;
  return rolesOfRelation(relation, { other: role, compared: () => role });
}

function rolesOfCondition(condition: Condition | null): PlacedRole[] {
  if (condition?.kind !== "relations") return [];
  const other: Role = { kind: "condition", equality: false };
  return condition.relations.flatMap((relation) =>
    rolesOfRelation(relation, {
      other,
      compared: (comparator) => ({
        kind: "condition",
        equality: comparator === "=" || comparator === "!=",
      }),
    })
  );
}

interface RelationRoles {
  /** Of a marker that is what a column is compared with, or a field of it. */
  readonly compared: (comparator: string) => Role;
  readonly other: Role;
}

function rolesOfRelation(relation: Relation, { compared, other }: RelationRoles): PlacedRole[] {
  switch (relation.kind) {
    case "comparison":
      return [
        ...rolesOfKey(relation.subject, other),
        ...rolesOfValue(relation.value, {
          whole: compared(relation.comparator),
          part: other,
          field: compared(relation.comparator),
        }),
      ];
    case "tuple_comparison":
    case "token_comparison":
    case "index_expression":
      return rolesIn(relation.value, other);
    case "in":
      return [...rolesOfKey(relation.subject, other), ...rolesOfList(relation.values, other)];
    case "tuple_in":
      return rolesOfList(relation.values, other);
    case "not_null":
      return [];
    default:
      return rolesIn(relation.value, other);
  }
}

function rolesOfList(values: InValues, member: Role): PlacedRole[] {
  if ("kind" in values) return rolesIn(values, { kind: "in" });
  return values.flatMap((term) => rolesIn(term, member));
}

function rolesOfKey(subject: Subject, role: Role): PlacedRole[] {
  return subject.kind === "element" ? rolesIn(subject.key, role) : [];
}

/** A marker inside type hints is still the whole value, or the whole field. */
function rolesOfValue(
  term: Term,
  { whole, part, field = part }: {
    readonly whole: Role;
    readonly part: Role;
    readonly field?: Role;
  },
): PlacedRole[] {
  const value = unhinted(term);
  if (value.kind === "marker") return [{ marker: value, role: whole }];
  const fields = new Set([...walkTerm(term)].flatMap(fieldsOf).map(unhinted));
  return markersIn(term).map((marker) => ({ marker, role: fields.has(marker) ? field : part }));
}

/** The fields of a literal of a user-defined type, or the members of a tuple; `(:a)` may be the value itself. */
function fieldsOf(term: Term): readonly Term[] {
  if (term.kind === "fields") return term.fields.map(({ value }) => value);
  return term.kind === "tuple" && term.items.length > 1 ? term.items : [];
}

function rolesIn(term: Term, role: Role): PlacedRole[] {
  return markersIn(term).map((marker) => ({ marker, role }));
}
