/**
 * A collection that every request adds to, and no request shrinks.
 *
 * @module
 */
import type { QueryGuardrail } from "../../guardrail.ts";
import { partsOf } from "../../restrictions.ts";

const COLLECTIONS: readonly string[] = ["list", "set", "map"];

export const growingCollection: QueryGuardrail = {
  about: "query",
  severity: "warning",
  finds: "An UPDATE that adds to a collection, without a TTL",
  cost:
    "Cassandra reads and sends a collection as a whole. One that grows with every request makes its row slower, until it is beyond what a node can hold",
  instead: "Make each element a row of its own, with a clustering column, or add a TTL",
  source: "CQL › Data types › Collections",
  inspect({ query: { parsed }, schema }) {
    if (schema === null) return [];
    return partsOf(parsed).flatMap((part, index) => {
      const table = schema.tables[index] ?? null;
      if (part.kind !== "update" || table === null || table.defaultTtlSeconds > 0) return [];
      if (part.using.some(({ kind }) => kind === "ttl")) return [];
      return part.assignments.flatMap(({ kind, column: { name, span } }) => {
        const type = table.types.get(name)?.kind ?? "";
        const grows = kind === "add" || kind === "prepend" ||
          kind === "element" && type === "map";
        if (!grows || !COLLECTIONS.includes(type)) return [];
        return [{ span, message: `Cannot bound how far the ${type} "${name}" grows` }];
      });
    });
  },
};
