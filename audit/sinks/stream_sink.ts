/**
 * Audit lines among what the process prints: to stdout through the writer of the log lines, or to the
 * console where the runtime exports that.
 *
 * @module
 */
import type { AuditSink } from "../sink.ts";

/** Writes one line, with its line feed. Resolves once it is out. */
export type LineOutput = (line: Uint8Array<ArrayBuffer>) => Promise<void>;

export function createStreamSink(write: LineOutput): AuditSink {
  return { write, close: () => Promise.resolve() };
}

/** The console gets a line at a time: the runtime exports each call as a record of its own. */
export function createConsoleSink(): AuditSink {
  const decoder = new TextDecoder();
  return {
    write(lines) {
      for (const line of decoder.decode(lines).trimEnd().split("\n")) console.info(line);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
