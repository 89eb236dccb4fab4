/**
 * The paths that the process writes to: the file or the socket of the audit log, and nothing else. `deno task
 * start:audit` allows only these, and `deno task start` none.
 *
 * @module
 */
import { AUDIT_SETTINGS } from "./settings/audit_settings.ts";
import type { Environment } from "./unknown_settings.ts";

/** The path is not checked here: if it cannot be written to, that is reported when it is opened. */
export function writePaths(env: Environment): string[] {
  const { name, kind } = AUDIT_SETTINGS.auditLog;
  const text = env[name]?.trim();
  return text && kind.paths !== undefined ? [...kind.paths(text)] : [];
}
