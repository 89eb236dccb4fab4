/**
 * A log line for people: the message, then every property that the message does not show, and below it the
 * cause, indented. It has everything that the JSON line has.
 *
 * A value may come from outside, as the claim `sub` does, so it must not be able to begin a line, look like
 * another property or command the terminal.
 *
 * @module
 */
import {
  getAnsiColorFormatter,
  getTextFormatter,
  type LogRecord,
  type TextFormatter,
} from "@logtape/logtape";
import { CONTROL_IN_JSON, CONTROL_IN_LINES, escaped } from "./control.ts";

const INDENT = "    ";
/** What stands after `name=` without quotes. */
const PLAIN = /^[\w.:;,/+|@~*-]+$/;

/** @param colors whether the text goes to a terminal */
export function prettyFormatter({ colors }: { readonly colors: boolean }): TextFormatter {
  const format = (colors ? getAnsiColorFormatter : getTextFormatter)({ value: showLines });
  return (record) => {
    const { cause, ...rest } = record.properties;
    const shown = namesIn(record);
    const more = Object.entries(rest)
      .filter(([name, value]) => value !== null && value !== undefined && !shown.has(name))
      .map(([name, value]) => ` ${name}=${showWord(value)}`);
    const story = cause === undefined || cause === null || shown.has("cause")
      ? []
      : showLines(cause).split("\n").map((line) => `\n${INDENT}${line}`);
    return `${format(record).replace(/\n$/, "")}${more.join("")}${story.join("")}\n`;
  };
}

/** A value as one word, in quotes where it has a space in it. */
function showWord(value: unknown): string {
  const text = String(value);
  return PLAIN.test(text) ? text : JSON.stringify(text).replace(CONTROL_IN_JSON, escaped);
}

/** A text with several lines, for example a report or a stack. */
function showLines(value: unknown): string {
  return String(value).replace(CONTROL_IN_LINES, escaped);
}

/** The properties that a message names, as in `{method} {route}`. */
function namesIn({ rawMessage }: LogRecord): ReadonlySet<string> {
  const template = typeof rawMessage === "string" ? rawMessage : rawMessage.join("");
  return new Set([...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!));
}
