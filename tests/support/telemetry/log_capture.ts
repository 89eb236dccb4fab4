/**
 * The lines that a service in this process logs, as records.
 *
 * @module
 */
import { configure, type LogRecord, reset } from "@logtape/logtape";
import { LOG_CATEGORY } from "../../../observe/log/log.ts";

/** Collects what is logged from now on, until it is disposed. */
export async function captureLog(): Promise<{ readonly records: LogRecord[] } & AsyncDisposable> {
  const records: LogRecord[] = [];
  await configure({
    sinks: { records: (record) => void records.push(record) },
    loggers: [
      { category: LOG_CATEGORY, lowestLevel: "debug", sinks: ["records"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["records"] },
    ],
    reset: true,
  });
  return { records, [Symbol.asyncDispose]: reset };
}
