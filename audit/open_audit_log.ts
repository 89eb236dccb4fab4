/**
 * The audit log of a configuration.
 *
 * @module
 */
import { AuditLog, type AuditLogOptions } from "./audit_log.ts";
import type { AuditSink } from "./sink.ts";
import { openFileSink } from "./sinks/file_sink.ts";
import { createSocketSink, type SocketAddress } from "./sinks/socket_sink.ts";
import { createConsoleSink, createStreamSink, type LineOutput } from "./sinks/stream_sink.ts";

/** Where the audit log goes. */
export type AuditTarget =
  | { readonly kind: "off" | "stdout" | "otlp" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "socket" } & SocketAddress;

export interface OpenAuditOptions extends Omit<AuditLogOptions, "sink"> {
  /** Writes to stdout, for `stdout`. */
  readonly stdout: LineOutput;
}

/**
 * Opens the audit log; null where it is off.
 *
 * @throws {Error} if it cannot be written to
 */
export async function openAuditLog(
  target: AuditTarget,
  { stdout, ...options }: OpenAuditOptions,
): Promise<AuditLog | null> {
  const sink = await sinkOf(target, { stdout, durable: options.failure === "refuse" });
  return sink === null ? null : new AuditLog({ ...options, sink });
}

async function sinkOf(
  target: AuditTarget,
  { stdout, durable }: { readonly stdout: LineOutput; readonly durable: boolean },
): Promise<AuditSink | null> {
  switch (target.kind) {
    case "off":
      return null;
    case "stdout":
      return createStreamSink(stdout);
    case "otlp":
      return createConsoleSink();
    case "socket":
      return createSocketSink(target);
    case "file":
      return await openFileSink(target.path, { durable });
  }
}
