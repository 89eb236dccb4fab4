/**
 * A statement that the parser cannot read, so that no other guardrail sees what it shows, compares or binds.
 *
 * @module
 */
import type { QueryGuardrail } from "../../guardrail.ts";

export const unreadableStatement: QueryGuardrail = {
  about: "query",
  severity: "error",
  finds:
    "A statement outside the grammar that this release knows, such as one of a newer Cassandra",
  cost:
    "Guardrails do not see which tenant it is about, which masked columns it shows, or how much it reads",
  instead:
    "Correct it, write it in a form that this release knows, or check by hand what it shows and to whom",
  source: "OWASP API Security › API1:2023 Broken Object Level Authorization",
  inspect({ query: { parsed } }) {
    if (parsed.kind !== "opaque") return [];
    return [{
      span: parsed.obstacle.span,
      message: "Cannot look into the statement: it cannot be read from here on",
    }];
  },
};
