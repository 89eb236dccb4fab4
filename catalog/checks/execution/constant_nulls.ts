/**
 * Null as a constant where Cassandra has to have a value: it accepts the statement when it prepares it, and refuses it,
 * or fails on the replicas, whenever it runs it.
 *
 * @module
 */

import {
  type Relation,
  type Statement,
  type Subject,
  writesOf,
} from "../../statement/statement.ts";
import { type Term, unhinted } from "../../statement/term.ts";
import type { Report, Span } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

/** A place that asks for null, in the words of CQL. */
interface AskedNull {
  readonly span: Span;
  readonly what: string;
}

export function checkConstantNulls({ statement }: QueryFacts, report: Report): void {
  const asked = [
    ...assignedElements(statement),
    ...restrictionsOf(statement).flatMap(nullsRestricted),
    ...rangesDeleted(statement),
    ...conditionsOf(statement).flatMap(nullsCompared),
  ];
  for (const { span, what } of asked) {
    report({
      span,
      message: `Cannot run a statement that asks for "${what}" here: Cassandra refuses it`,
      help:
        "Write a value or a marker: a key is never null, and null is neither less nor more than a value",
    });
  }
}

function restrictionsOf(statement: Statement): readonly Relation[] {
  if (statement.kind === "select") return statement.where;
  return writesOf(statement).flatMap((write) => write.kind === "insert" ? [] : write.where);
}

function conditionsOf(statement: Statement): readonly Relation[] {
  return writesOf(statement).flatMap(({ condition }) =>
    condition?.kind === "relations" ? condition.relations : []
  );
}

/** The elements that are set or deleted. */
function assignedElements(statement: Statement): AskedNull[] {
  return writesOf(statement).flatMap((write) => {
    if (write.kind === "insert") return [];
    const places = write.kind === "update" ? write.assignments : write.deletions;
    return places.flatMap((place) => place.kind === "element" ? nullKey(place.key) : []);
  });
}

/** A range of keys that ends at null is empty if it is read, but replicas fail to delete it. */
function rangesDeleted(statement: Statement): AskedNull[] {
  return writesOf(statement).flatMap((write) =>
    write.kind === "delete"
      ? write.where.flatMap((relation) =>
        relation.kind === "comparison" && relation.comparator !== "="
          ? asked(relation.value, `${relation.comparator} null`)
          : []
      )
      : []
  );
}

function nullsRestricted(relation: Relation): AskedNull[] {
  switch (relation.kind) {
    case "comparison":
      return [
        ...keyOf(relation.subject),
        ...relation.comparator === "=" ? asked(relation.value, "= null") : [],
      ];
    case "in": {
      const { values } = relation;
      // Cassandra leaves it out of a list of several, unless the list is for a key.
      return "kind" in values || values.length !== 1 ? [] : asked(values[0]!, "IN (null)");
    }
    case "tuple_comparison":
      return itemsOf(relation.value);
    case "tuple_in":
      return "kind" in relation.values ? [] : relation.values.flatMap(itemsOf);
    case "token_comparison":
      return [...asked(relation.value, `${relation.comparator} null`), ...tokenOf(relation.value)];
    case "contains":
      return asked(relation.value, "CONTAINS null");
    case "contains_key":
      return asked(relation.value, "CONTAINS KEY null");
    case "like":
      return asked(relation.value, "LIKE null");
    default:
      return [];
  }
}

function nullsCompared(relation: Relation): AskedNull[] {
  switch (relation.kind) {
    case "comparison": {
      const { comparator, value } = relation;
      const takesNull = comparator === "=" || comparator === "!=";
      return [...keyOf(relation.subject), ...takesNull ? [] : asked(value, `${comparator} null`)];
    }
    case "in":
      return keyOf(relation.subject);
    case "contains":
      return asked(relation.value, "CONTAINS null");
    case "contains_key":
      return asked(relation.value, "CONTAINS KEY null");
    default:
      return [];
  }
}

function keyOf(subject: Subject): AskedNull[] {
  return subject.kind === "element" ? nullKey(subject.key) : [];
}

function nullKey(key: Term): AskedNull[] {
  return asked(key, "[null]");
}

function itemsOf(value: Term): AskedNull[] {
  const tuple = unhinted(value);
  return tuple.kind === "tuple" ? tuple.items.flatMap((item) => asked(item, "(…, null)")) : [];
}

function tokenOf(value: Term): AskedNull[] {
  const call = unhinted(value);
  if (call.kind !== "call" || call.function.name.name !== "token") return [];
  return call.arguments.flatMap((each) => asked(each, "token(null)"));
}

function asked(value: Term, what: string): AskedNull[] {
  return unhinted(value).kind === "null" ? [{ span: value.span, what }] : [];
}
