/**
 * Characters that must not reach a log as they are: a terminal obeys them, a program takes them for the end of a
 * line, or they reverse the text around them. They are written as JSON escapes them.
 *
 * @module
 */

/** Those beyond the control characters that JSON escapes: DEL, the second set of them, separators and directions. */
const LEFT_BY_JSON = String.raw`\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069`;

/** In the text of JSON. */
export const CONTROL_IN_JSON = new RegExp(`[${LEFT_BY_JSON}]`, "g");

/** In any other text, which may have several lines. */
export const CONTROL_IN_LINES = new RegExp(String.raw`[\0-\x08\x0b-\x1f${LEFT_BY_JSON}]`, "g");

/** A character as JSON escapes it. */
export function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
