/**
 * `IN` on the partition key that names many partitions: of several, each value goes with each value of the
 * others.
 *
 * @module
 */
import type { Relation } from "../../../catalog/statement/statement.ts";
import type { QueryGuardrail } from "../../guardrail.ts";

// Cassandra's own guardrail for partition keys in a SELECT usually warns at this number.
const MAX_PARTITIONS = 20;

export const wideIn: QueryGuardrail = {
  about: "query",
  severity: "warning",
  finds: `A SELECT whose lists after \`IN\` name more than ${MAX_PARTITIONS} partitions together`,
  cost:
    "One coordinator asks for every partition and holds all answers; the slowest of them decides when the request ends",
  instead:
    `Lower max= so that they name at most ${MAX_PARTITIONS}, or let clients ask for the partitions in parallel`,
  source: "Operating › Guardrails › in_select_cartesian_product",
  inspect({ query: { parsed, params }, schema }) {
    if (parsed.kind !== "select") return [];
    const table = schema?.tables[0] ?? null;
    if (table === null) return [];
    const lists = parsed.where.filter((relation) => isListOf(relation, table.partitionKey));
    const [first] = lists;
    const partitions = lists.reduce((product, { values }) => {
      if (!("kind" in values)) return product * values.length;
      // Where nothing bounds a list, such as a claim, it may have any number: it counts once.
      return product * Number(params.find(({ name }) => name === values.name)?.max ?? 1);
    }, 1);
    if (first === undefined || !(partitions > MAX_PARTITIONS)) return [];
    return [{
      span: first.span,
      message: `Cannot read up to ${partitions} partitions in one request quickly`,
    }];
  },
};

type ListRelation = Extract<Relation, { kind: "in" }>;

/** Whether a relation is an `IN` on a column of the partition key. */
function isListOf(relation: Relation, partitionKey: readonly string[]): relation is ListRelation {
  return relation.kind === "in" && relation.subject.kind === "column" &&
    partitionKey.includes(relation.subject.column.name);
}
