/**
 * The header of a query, `-- name: list_stations :many`, and what comes near to it. A near miss is
 * read as what it was meant to be, so that the rest of the query is checked too.
 *
 * @module
 */

import { type Mode, MODES } from "../tags/parts/mode.ts";
import { part, readComment } from "../text/comment.ts";
import { helpToName, isSnakeCase, toSnakeCase } from "../text/snake_case.ts";
import type { Report, Span } from "../text/source.ts";
import { closest, suggest } from "../text/suggest.ts";
import type { Token } from "../text/token.ts";

export interface Header {
  /** Null if it is missing. */
  readonly name: string | null;
  readonly nameSpan: Span;
  /** Null if it is missing or unknown. */
  readonly mode: Mode | null;
  readonly modeSpan: Span;
}

const HEADER = /^\s*name\s*:/;
/** With another spelling of `name:`, only what could be a name and a mode; the rest is prose. */
const NEAR_HEADER = /^\s*@?name(?:\s*:\s*\S+(?:\s+:\s*\S+)?|\s+\S+\s+:\s*\S+)\s*$/i;
const WELL_FORMED = /^--\s+name:\s+[^\s:]+(?:\s+:[^\s:]\S*|\s*$)/;

/** Whether a comment is a header, or was meant as one. */
export function isHeader(comment: Token): boolean {
  const { text } = readComment(comment);
  return HEADER.test(text) || NEAR_HEADER.test(text);
}

/** Reads a comment that {@link isHeader}. */
export function readHeader(comment: Token, report: Report): Header {
  const { text, span } = readComment(comment);
  const prefix = /^\s*@?name\s*:?\s*/i.exec(text)![0].length;
  const parts = /^([^\s:]*)\s*(:?\s*\S*)\s*(.*?)\s*$/s.exec(text.slice(prefix))!;
  const [, nameText = "", modeText = "", extraText = ""] = parts;
  const name = part(span, prefix, nameText.length);
  const rest = text.indexOf(modeText, prefix + nameText.length);
  const mode = part(span, rest, modeText.length);
  const modeName = modeText.replace(/^:\s*/, "");

  if (nameText === "") {
    report({
      span: comment.span,
      message: "Missing query name",
      help: `Write the header as "-- name: list_stations :many"`,
    });
  } else if (!WELL_FORMED.test(comment.text)) {
    const likelyMode = closest(modeName, MODES) ?? "many";
    report({
      span: comment.span,
      message: "Malformed header",
      help: `Write it as "-- name: ${toSnakeCase(nameText) || "list_stations"} :${likelyMode}"`,
    });
  }
  if (nameText !== "" && !isSnakeCase(nameText)) {
    report({
      span: name.span,
      message: `Cannot use query name "${nameText}": not in snake_case`,
      help: helpToName(nameText),
    });
  }
  const known = MODES.find((mode) => mode === modeName) ?? null;
  if (modeName === "") {
    report({
      span: nameText === "" ? comment.span : name.span,
      message: "Missing mode",
      help: `End the header with ":one", ":many", ":exec" or ":applied"`,
    });
  } else if (known === null) {
    report({
      span: mode.span,
      message: `Unknown mode "${modeText}"`,
      help: suggest(`:${modeName}`, MODES.map((mode) => `:${mode}`)),
    });
  }
  if (extraText !== "") {
    const extra = part(span, text.lastIndexOf(extraText), extraText.length);
    report({
      span: extra.span,
      message: `Unexpected "${extraText}" after the mode`,
      help: "Remove it, or write it as prose on a line of its own",
    });
  }
  return {
    name: nameText === "" ? null : nameText,
    nameSpan: name.span,
    mode: known,
    modeSpan: mode.span,
  };
}
