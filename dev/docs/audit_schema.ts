/**
 * The JSON Schema of the audit log's events, as `docs/audit.schema.json` has it.
 *
 * @module
 */
import { z } from "zod";
import { AUDIT_SCHEMA, auditEventSchema } from "../../audit/event.ts";

export const AUDIT_SCHEMA_PATH = "docs/audit.schema.json";

/** The text of the file, as the formatter wants it. */
export function auditSchemaText(): string {
  const schema = z.toJSONSchema(auditEventSchema, { io: "input" });
  const whole = { ...schema, title: "An event of the audit log", $comment: AUDIT_SCHEMA };
  return `${JSON.stringify(whole, null, 2)}\n`;
}
