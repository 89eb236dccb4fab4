/**
 * A log line for machines: one JSON object, in which the values of the message are separate fields. It is the
 * same text as LogTape's formatter makes, in a third of the time, since the lines of this service contain only
 * values that JSON knows.
 *
 * @module
 */
import { getJsonLinesFormatter, type LogRecord, type TextFormatter } from "@logtape/logtape";
import { CONTROL_IN_JSON, escaped } from "./control.ts";

export const LEVELS: Readonly<Record<LogRecord["level"], string>> = {
  trace: "TRACE",
  debug: "DEBUG",
  info: "INFO",
  warning: "WARN",
  error: "ERROR",
  fatal: "FATAL",
};

/** @param category whose records hold no errors, no cycles and nothing else that JSON has no text for */
export function jsonLineFormatter(category: string): TextFormatter {
  const formatAnything = getJsonLinesFormatter({ properties: "flatten", message: "template" });
  return (record) => {
    const { category: [name, ...rest], level, rawMessage, properties, timestamp } = record;
    if (name !== category || rest.length > 0 || typeof rawMessage !== "string") {
      return formatAnything(record);
    }
    const line = JSON.stringify({
      "@timestamp": new Date(timestamp).toISOString(),
      level: LEVELS[level],
      message: rawMessage,
      logger: name,
      ...properties,
    });
    return `${line.replace(CONTROL_IN_JSON, escaped)}\n`;
  };
}
