/**
 * All terms of a statement, wherever they are.
 *
 * @module
 */

import type {
  Assignment,
  Condition,
  InValues,
  Relation,
  Statement,
  Subject,
  UsingOption,
  WriteStatement,
} from "./statement.ts";
import type { Term } from "./term.ts";

/** The outermost terms of a statement, in the order of the text; none for an opaque statement. */
export function termsOf(statement: Statement): Term[] {
  switch (statement.kind) {
    case "select": {
      const { selectors, where, groupBy, orderBy, perPartitionLimit, limit } = statement;
      return [
        ...(selectors ?? []).map(({ term }) => term),
        ...where.flatMap(termsOfRelation),
        ...groupBy,
        ...orderBy.map(({ nearest }) => nearest),
        perPartitionLimit,
        limit,
      ].filter((term) => term !== null);
    }
    case "batch":
      return [...termsOfUsing(statement.using), ...statement.statements.flatMap(termsOfWrite)];
    case "opaque":
      return [];
    default:
      return termsOfWrite(statement);
  }
}

function termsOfWrite(write: WriteStatement): Term[] {
  switch (write.kind) {
    case "insert": {
      const { source } = write;
      const inserted = source.kind === "values" ? source.values : [source.value];
      return [...inserted, ...termsOfUsing(write.using)];
    }
    case "update":
      return [
        ...termsOfUsing(write.using),
        ...write.assignments.flatMap(termsOfAssignment),
        ...write.where.flatMap(termsOfRelation),
        ...termsOfCondition(write.condition),
      ];
    case "delete":
      return [
        ...write.deletions.flatMap(termsOfSubject),
        ...termsOfUsing(write.using),
        ...write.where.flatMap(termsOfRelation),
        ...termsOfCondition(write.condition),
      ];
  }
}

function termsOfAssignment(assignment: Assignment): Term[] {
  return assignment.kind === "element" ? [assignment.key, assignment.value] : [assignment.value];
}

function termsOfUsing(options: readonly UsingOption[]): Term[] {
  return options.map(({ value }) => value);
}

function termsOfCondition(condition: Condition | null): Term[] {
  return condition?.kind === "relations" ? condition.relations.flatMap(termsOfRelation) : [];
}

function termsOfRelation(relation: Relation): Term[] {
  switch (relation.kind) {
    case "tuple_comparison":
    case "token_comparison":
    case "index_expression":
      return [relation.value];
    case "tuple_in":
      return termsOfValues(relation.values);
    case "in":
      return [...termsOfSubject(relation.subject), ...termsOfValues(relation.values)];
    case "not_null":
      return termsOfSubject(relation.subject);
    default:
      return [...termsOfSubject(relation.subject), relation.value];
  }
}

function termsOfSubject(subject: Subject): Term[] {
  return subject.kind === "element" ? [subject.key] : [];
}

function termsOfValues(values: InValues): Term[] {
  return "kind" in values ? [values] : [...values];
}
