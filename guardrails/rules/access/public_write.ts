/**
 * A write that anybody may call.
 *
 * @module
 */
import type { QueryGuardrail } from "../../guardrail.ts";

export const publicWrite: QueryGuardrail = {
  about: "query",
  severity: "error",
  finds: "An `@public` route that writes",
  cost: "Anybody can fill the table, and the log cannot say who did",
  instead: "Require a scope, with @scope",
  source: "OWASP API Security › API2:2023 Broken Authentication",
  inspect({ query: { access, verb, nameSpan } }) {
    if (access.kind !== "public" || verb === "select") return [];
    return [{ span: nameSpan, message: "Cannot let everybody write" }];
  },
};
