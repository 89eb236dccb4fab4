/**
 * A read at a level below a quorum of what lightweight transactions write.
 *
 * @module
 */
import type { Query } from "../../../catalog/query.ts";
import type { QueryGuardrail } from "../../guardrail.ts";
import { partsOf } from "../../restrictions.ts";

const LOW: readonly string[] = ["ONE", "LOCAL_ONE", "TWO"];

export const serialRead: QueryGuardrail = {
  about: "query",
  severity: "warning",
  finds: "A read below a quorum from a table that lightweight transactions write",
  cost: "The read can miss a transaction that was applied, so what it shows is no ground to act on",
  instead: "Read it with @consistency LOCAL_QUORUM, or SERIAL where it must see every transaction",
  source: "Architecture › Guarantees › lightweight transactions with linearizable consistency",
  inspect({ query: { parsed, consistency, name }, queries, schema }) {
    const table = schema?.tables[0] ?? null;
    if (parsed.kind !== "select" || schema === null || table === null) return [];
    const level = consistency?.level ?? schema.consistency;
    if (!LOW.includes(level)) return [];
    const writer = queries.find((other) =>
      other.name !== name && isConditionalOn(other, table.name)
    );
    if (writer === undefined) return [];
    return [{
      span: parsed.table.span,
      message: `Cannot see every transaction of "${writer.name}" at ${level}`,
    }];
  },
};

function isConditionalOn({ parsed, conditional }: Query, table: string): boolean {
  return conditional && partsOf(parsed).some((part) => part.table.name.name === table);
}
