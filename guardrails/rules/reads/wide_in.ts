/**
 * An `IN` on the partition key that names many partitions.
 *
 * @module
 */
import type { QueryGuardrail } from "../../guardrail.ts";

// Cassandra's own guardrail for partition keys in a SELECT usually warns at this number.
const MAX_PARTITIONS = 20;

export const wideIn: QueryGuardrail = {
  about: "query",
  severity: "warning",
  finds: `A SELECT whose \`IN\` names more than ${MAX_PARTITIONS} partitions`,
  cost:
    "One coordinator asks for every partition and holds all answers; the slowest of them decides when the request ends",
  instead: `Lower its max= to ${MAX_PARTITIONS}, or let clients ask for the partitions in parallel`,
  source: "Operating › Guardrails › in_select_cartesian_product",
  inspect({ query: { parsed, params }, schema }) {
    if (parsed.kind !== "select") return [];
    const table = schema?.tables[0] ?? null;
    if (table === null) return [];
    return parsed.where.flatMap((relation) => {
      if (relation.kind !== "in" || relation.subject.kind !== "column") return [];
      const { values, subject: { column } } = relation;
      if (!table.partitionKey.includes(column.name)) return [];
      const max = "kind" in values
        ? Number(params.find(({ name }) => name === values.name)?.max ?? NaN)
        : values.length;
      if (!(max > MAX_PARTITIONS)) return [];
      return [{
        span: relation.span,
        message: `Cannot read up to ${max} partitions in one request quickly`,
      }];
    });
  },
};
