/**
 * Keeps the id of Cassandra's trace of a statement that failed: the driver reads past it. Read against
 * `lib/readers.js`.
 *
 * @module
 */

/** What begins each response that is not plain: the id of its trace, and warnings. */
interface ResponseFlags {
  readonly traceId?: unknown;
}

export interface ResponseReader {
  /** Ours. */
  traceId?: unknown;
  readFlagsInfo(): ResponseFlags;
  readError(): Error;
}

export function keepTracesOfErrors(reader: ResponseReader): void {
  const { readFlagsInfo, readError } = reader;
  reader.readFlagsInfo = function () {
    const flags = readFlagsInfo.call(this);
    if (flags.traceId !== undefined) this.traceId = flags.traceId;
    return flags;
  };
  reader.readError = function () {
    const error = readError.call(this);
    return this.traceId === undefined ? error : Object.assign(error, { traceId: this.traceId });
  };
}

/** The id of the trace of the statement that failed so; null if it was not traced. */
export function traceOfError(error: unknown): string | null {
  return error instanceof Error && "traceId" in error ? String(error.traceId) : null;
}
