/**
 * A log line for people: the message, then every property that the message does not show, and below it
 * the cause, indented. Nothing that the JSON line has is missing here.
 *
 * @module
 */
import {
  getAnsiColorFormatter,
  getTextFormatter,
  type LogRecord,
  type TextFormatter,
} from "@logtape/logtape";

const INDENT = "    ";

/** @param colors whether the text goes to a terminal */
export function prettyFormatter({ colors }: { readonly colors: boolean }): TextFormatter {
  const format = (colors ? getAnsiColorFormatter : getTextFormatter)({ value: String });
  return (record) => {
    const { cause, ...rest } = record.properties;
    const shown = namesIn(record);
    const more = Object.entries(rest)
      .filter(([name, value]) => value !== null && value !== undefined && !shown.has(name))
      .map(([name, value]) => ` ${name}=${value}`);
    const story = cause === undefined || cause === null || shown.has("cause")
      ? []
      : String(cause).split("\n").map((line) => `\n${INDENT}${line}`);
    return `${format(record).replace(/\n$/, "")}${more.join("")}${story.join("")}\n`;
  };
}

/** The properties that stand in a message such as `{method} {route}`. */
function namesIn({ rawMessage }: LogRecord): ReadonlySet<string> {
  const template = typeof rawMessage === "string" ? rawMessage : rawMessage.join("");
  return new Set([...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!));
}
