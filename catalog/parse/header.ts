/**
 * The header of a query, `-- name: list_stations :many`, and near misses. A near miss is read as what it was
 * meant to be, so that the rest of the query is checked too.
 *
 * @module
 */

import { type Mode, MODES } from "../tags/parts/mode.ts";
import { part, readComment, type Word } from "../text/comment.ts";
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

/**
 * Whether a comment inside a statement is a header, so that the statement lacks its semicolon: it also has a mode.
 * A comment on a column may begin with "name:", too.
 */
export function isHeaderInside(comment: Token): boolean {
  return isHeader(comment) && /^:\w/.test(splitHeader(comment).mode.text);
}

/** Reads a comment that {@link isHeader}. */
export function readHeader(comment: Token, report: Report): Header {
  const parts = splitHeader(comment);
  const { name, mode, extra } = parts;
  checkForm(comment, parts, report);
  const known = readMode(comment, parts, report);
  if (extra.text !== "") {
    report({
      span: extra.span,
      message: `Unexpected "${extra.text}" after the mode`,
      help: "Remove it, or write it as prose on a line of its own",
    });
  }
  return {
    name: name.text === "" ? null : name.text,
    nameSpan: name.span,
    mode: known,
    modeSpan: mode.span,
  };
}

/** The words of a header; empty where it has none. */
interface HeaderParts {
  readonly name: Word;
  /** With its colon. */
  readonly mode: Word;
  /** The mode without its colon. */
  readonly modeName: string;
  /** What follows the mode. */
  readonly extra: Word;
}

function splitHeader(comment: Token): HeaderParts {
  const { text, span } = readComment(comment);
  const prefix = /^\s*@?name\s*:?\s*/i.exec(text)![0].length;
  const parts = /^([^\s:]*)\s*(:?\s*\S*)\s*(.*?)\s*$/s.exec(text.slice(prefix))!;
  const [, nameText = "", modeText = "", extraText = ""] = parts;
  const rest = text.indexOf(modeText, prefix + nameText.length);
  return {
    name: part(span, prefix, nameText.length),
    mode: part(span, rest, modeText.length),
    modeName: modeText.replace(/^:\s*/, ""),
    extra: part(span, text.lastIndexOf(extraText), extraText.length),
  };
}

/** Reports a header without a name, or with another form than `-- name: list_stations :many`. */
function checkForm(comment: Token, { name, modeName }: HeaderParts, report: Report): void {
  if (name.text === "") {
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
      help: `Write it as "-- name: ${toSnakeCase(name.text) || "list_stations"} :${likelyMode}"`,
    });
  }
  if (name.text !== "" && !isSnakeCase(name.text)) {
    report({
      span: name.span,
      message: `Cannot use query name "${name.text}": not in snake_case`,
      help: helpToName(name.text),
    });
  }
}

/** Null if the mode is missing or unknown, which is reported. */
function readMode(
  comment: Token,
  { name, mode, modeName }: HeaderParts,
  report: Report,
): Mode | null {
  const known = MODES.find((mode) => mode === modeName) ?? null;
  if (modeName === "") {
    report({
      span: name.text === "" ? comment.span : name.span,
      message: "Missing mode",
      help: `End the header with ":one", ":many", ":exec" or ":applied"`,
    });
  } else if (known === null) {
    report({
      span: mode.span,
      message: `Unknown mode "${mode.text}"`,
      help: suggest(`:${modeName}`, MODES.map((mode) => `:${mode}`)),
    });
  }
  return known;
}
