/**
 * Opens the audit log that the settings ask for, or says why it cannot be opened.
 *
 * @module
 */
import type { AuditLog } from "../audit/audit_log.ts";
import { openAuditLog } from "../audit/open_audit_log.ts";
import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/config_error.ts";
import { LineWriter } from "../observe/log/line_writer.ts";
import type { Observe } from "../observe/observation.ts";

/**
 * @param options.stdout where lines for stdout go. Default: stdout, once there is such a line
 * @returns null if nothing is put on record
 * @throws {ConfigError} if the audit log cannot be written to
 */
export async function openAudit(
  { auditLog, auditFailure: failure }: Config,
  { observe, stdout }: { readonly observe: Observe; readonly stdout: LineWriter | undefined },
): Promise<AuditLog | null> {
  let writer = stdout;
  function write(line: Uint8Array<ArrayBuffer>): Promise<void> {
    writer ??= new LineWriter(Deno.stdout.writable);
    return writer.write(line);
  }
  try {
    return await openAuditLog(auditLog, { failure, observe, stdout: write });
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new ConfigError([`AUDIT_LOG cannot be opened: ${reason}`]);
  }
}
