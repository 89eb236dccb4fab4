/**
 * Values that may change while the service runs, since they come from files: certificates and passwords
 * that are replaced before they expire. They are read again at intervals. Events of the file system would
 * be sooner, but a mounted secret is replaced by way of symbolic links, whose targets nobody watches.
 *
 * @module
 */
import type { Observe, ReplaceableFiles } from "../observe/observation.ts";

export interface WatchedValue<Value> {
  /** As the log calls it, such as `the credentials for Cassandra`. */
  readonly what: string;
  /** As metrics call the files that it comes from. */
  readonly files: ReplaceableFiles;
  /** The value that is in use. */
  readonly initial: Value;
  /** The value as it is now. May throw, as while a file is being written. */
  read(): Value;
  /** Takes a value into use; throws if it cannot be used, and is called again with it later. */
  apply(value: Value): Promise<void>;
}

export interface WatchOptions {
  readonly intervalMs: number;
  readonly observe: Observe;
}

const WORTH_TELLING = 2;

/** Watches until the function that it returns is called. A value that cannot be used changes nothing. */
export function watchValue<Value>(
  { what, files, initial, read, apply }: WatchedValue<Value>,
  { intervalMs, observe }: WatchOptions,
): () => void {
  let inUse = JSON.stringify(initial);
  /** Failures in a row, whatever each said: reasons that take turns are as bad as one that stays. */
  let failures = 0;
  /** The reason that the log has; null if nothing is wrong. */
  let told: string | null = null;
  let isStopped = false;
  let timer = setTimeout(check, intervalMs);

  async function check(): Promise<void> {
    try {
      const value = read();
      const text = JSON.stringify(value);
      if (text !== inUse) {
        await apply(value);
        inUse = text;
        observe({ kind: "notice", message: `Picked up a change of ${what}` });
      }
      if (told !== null) observe({ kind: "files", of: files, ok: true });
      failures = 0;
      told = null;
    } catch (error) {
      failures++;
      const reason = error instanceof Error ? error.message : String(error);
      // The first failure may be a pair of files of which only one has been replaced.
      if (failures >= WORTH_TELLING && reason !== told) {
        if (told === null) observe({ kind: "files", of: files, ok: false });
        told = reason;
        const message = `Cannot pick up a change of ${what}: the previous version stays in use`;
        observe({ kind: "warning", message, cause: error });
      }
    }
    if (!isStopped) timer = setTimeout(check, intervalMs);
  }

  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
