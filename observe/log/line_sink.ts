/**
 * Log lines to a stream, in order. The reader of a log must not be able to end the service, nor to fill its
 * memory: a bounded number of bytes waits for a slow reader, and nothing for one that is gone.
 *
 * @module
 */
import type { LogRecord, Sink } from "@logtape/logtape";
import type { LineWriter } from "./line_writer.ts";

/** Some ten thousand lines. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** How long the last lines may take when the process ends. */
const FLUSH_TIMEOUT_MS = 1_000;

export interface LineSinkOptions {
  readonly formatter: (record: LogRecord) => string;
  /** Default: 4 MiB. */
  readonly maxWaitingBytes?: number;
}

/** A sink that never throws and never rejects. Lines that find no room are counted, and that is logged. */
export function createLineSink(
  writer: LineWriter,
  { formatter, maxWaitingBytes = MAX_WAITING_BYTES }: LineSinkOptions,
): Sink & AsyncDisposable {
  const encoder = new TextEncoder();
  let waitingBytes = 0;
  let dropped = 0;
  let last = Promise.resolve();

  function write(record: LogRecord): void {
    const bytes = encoder.encode(formatter(record));
    waitingBytes += bytes.length;
    last = writer.write(bytes).catch(() => {}).then(() => {
      waitingBytes -= bytes.length;
      if (dropped > 0 && waitingBytes < maxWaitingBytes / 2) sayDropped();
    });
  }

  function sayDropped(): void {
    const count = dropped;
    dropped = 0;
    write({
      category: ["cqlgate"],
      level: "warning",
      message: ["Log lines that were dropped, as nobody read them: ", count, ""],
      rawMessage: "Log lines that were dropped, as nobody read them: {count}",
      properties: { count },
      timestamp: Date.now(),
    });
  }

  const sink = (record: LogRecord) => {
    if (writer.isGone) return;
    if (waitingBytes >= maxWaitingBytes) dropped++;
    else write(record);
  };
  return Object.assign(sink, {
    async [Symbol.asyncDispose]() {
      let timer;
      const tooLate = new Promise((resolve) => timer = setTimeout(resolve, FLUSH_TIMEOUT_MS));
      await Promise.race([last, tooLate]);
      clearTimeout(timer);
    },
  });
}
