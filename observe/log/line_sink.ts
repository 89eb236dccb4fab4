/**
 * Log lines to a stream, in order. Lines go out together, a few milliseconds after the first of them: a
 * separate write for each would be the largest part of what the log costs a request. An error is written at
 * once, together with the lines that wait, unless another error has just done so: an outage must not make
 * requests more expensive. The reader of a log must be able neither to end the service nor to fill its memory:
 * lines of a bounded length wait for a slow reader, and none for a reader that is gone.
 *
 * @module
 */
import type { LogRecord, Sink } from "@logtape/logtape";
import type { LineWriter } from "./line_writer.ts";

/** In characters, nearly all of which are ASCII: some ten thousand lines. */
const MAX_WAITING_LENGTH = 4 * 1024 * 1024;
/** How long a line waits for others. A process that is killed loses this much at most. */
const BATCH_MS = 10;
/** Lines of this many characters go out without waiting for more. */
const BATCH_LENGTH = 64 * 1024;
/** How long the last lines may take when the process ends. */
const FLUSH_TIMEOUT_MS = 1_000;

export interface LineSinkOptions {
  readonly formatter: (record: LogRecord) => string;
  /** In characters. Default: 4 Mi. */
  readonly maxWaitingLength?: number;
}

/** A sink that never throws and never rejects. Lines that find no room are counted, and that is logged. */
export interface LineSink extends Sink, AsyncDisposable {
  /**
   * Takes a line that is made already.
   *
   * @param options whether it may be the last one of the process
   */
  line(text: string, options: { readonly isUrgent: boolean }): void;
}

export function createLineSink(
  writer: LineWriter,
  { formatter, maxWaitingLength = MAX_WAITING_LENGTH }: LineSinkOptions,
): LineSink {
  const encoder = new TextEncoder();
  /** Lines that have not been handed to the writer, and when they will be. */
  let batch = "";
  let timer: ReturnType<typeof setTimeout> | null = null;
  /** When an error last went out at once, in the time of `performance.now()`. */
  let hurriedAt = -Infinity;
  /** The length of these lines, and of those that the writer has. */
  let waitingLength = 0;
  let dropped = 0;
  let last = Promise.resolve();

  function write(line: string, { isUrgent }: { readonly isUrgent: boolean }): void {
    waitingLength += line.length;
    batch += line;
    if (batch.length >= BATCH_LENGTH || (isUrgent && mayHurry())) flush();
    else timer ??= setTimeout(flush, BATCH_MS);
  }

  function mayHurry(): boolean {
    const now = performance.now();
    if (now - hurriedAt < BATCH_MS) return false;
    hurriedAt = now;
    return true;
  }

  function flush(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (batch === "") return;
    const { length } = batch;
    const bytes = encoder.encode(batch);
    batch = "";
    last = writer.write(bytes).catch(() => {}).then(() => {
      waitingLength -= length;
      if (dropped > 0 && waitingLength < maxWaitingLength / 2) sayDropped();
    });
  }

  function sayDropped(): void {
    const count = dropped;
    dropped = 0;
    writeRecord({
      category: ["cqlgate"],
      level: "warning",
      message: ["Log lines dropped because nobody read them: ", count, ""],
      rawMessage: "Log lines dropped because nobody read them: {count}",
      properties: { count },
      timestamp: Date.now(),
    });
  }

  function writeRecord(record: LogRecord): void {
    write(formatter(record), { isUrgent: mayBeLast(record) });
  }

  /** Whether a line may be written; if not, it is counted. */
  function hasRoom(): boolean {
    if (writer.isGone) return false;
    if (waitingLength < maxWaitingLength) return true;
    dropped++;
    return false;
  }

  const sink = (record: LogRecord) => {
    if (hasRoom()) writeRecord(record);
  };
  return Object.assign(sink, {
    line(text: string, options: { readonly isUrgent: boolean }) {
      if (hasRoom()) write(text, options);
    },
    async [Symbol.asyncDispose]() {
      let timeout;
      const tooLate = new Promise((resolve) => timeout = setTimeout(resolve, FLUSH_TIMEOUT_MS));
      await Promise.race([allWritten(), tooLate]);
      clearTimeout(timeout);
    },
  });

  /** Those too that are written because others were dropped. */
  async function allWritten(): Promise<void> {
    do {
      flush();
      await last;
    } while (batch !== "");
  }
}

/** Whether it may be the last line of a process. */
function mayBeLast({ level }: LogRecord): boolean {
  return level === "error" || level === "fatal";
}
