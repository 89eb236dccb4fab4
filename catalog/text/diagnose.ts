/**
 * Diagnostics → the report that people read, and the error that carries it. Owns how a mistake looks;
 * what is a mistake is for the other files.
 *
 * @module
 */

import { lex } from "./lex.ts";
import type { Diagnostic, SourceFile, Span } from "./source.ts";

/** The mistakes of a catalog; the message is the whole report. */
export class CatalogError extends Error {
  override readonly name = "CatalogError";
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(formatDiagnostics(diagnostics));
    this.diagnostics = diagnostics;
  }
}

/**
 * One block for each mistake, by file and place, and a last line that counts them.
 *
 * @param noun what they are
 */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], noun = "mistake"): string {
  if (diagnostics.length === 0) return "";
  const sorted = diagnostics.toSorted((a, b) =>
    compare(a.span.file.path, b.span.file.path) || a.span.start - b.span.start
  );
  const files = new Set(diagnostics.map(({ span }) => span.file.path)).size;
  const total = `${count(diagnostics.length, noun)} in ${count(files, "file")}`;
  return [...sorted.map(formatDiagnostic), total].join("\n\n");
}

/** Where an offset is, for people: the first line and column are 1, columns count code points. */
export function positionOf(file: SourceFile, offset: number): { line: number; column: number } {
  const lineStart = lineStartOf(file.text, offset);
  return {
    line: file.text.slice(0, lineStart).split("\n").length,
    column: [...file.text.slice(lineStart, offset)].length + 1,
  };
}

/** `file:line` of a place, for a report that refers to it from elsewhere. */
export function placeOf({ file, start }: Span): string {
  return `${file.path}:${positionOf(file, start).line}`;
}

/** What the server says about a place in a statement. */
export interface ServerComplaint {
  /** The first line of the statement is 1. */
  readonly line: number;
  /** The first column is 0; counted in UTF-16 units, as Java does. */
  readonly column: number;
  readonly message: string;
  readonly help: string;
}

/**
 * The diagnostic of the token that the server's `line 1:34` means, or of the next token where it means
 * the space between two. A place outside the statement, such as `0:-1` where the statement ends too
 * early, means the last token.
 */
export function diagnosticAtStatement(statement: Span, complaint: ServerComplaint): Diagnostic {
  const { message, help } = complaint;
  const tokens = lex(statement, () => {});
  const offset = offsetInStatement(statement, complaint);
  const token = tokens.find(({ span }) => offset < span.end) ?? tokens.at(-1);
  return { span: token?.span ?? statement, message, help };
}

function offsetInStatement({ file, start, end }: Span, { line, column }: ServerComplaint): number {
  if (line < 1 || column < 0) return end;
  const lines = file.text.slice(start, end).split("\n");
  const before = lines.slice(0, line - 1).reduce((length, text) => length + text.length + 1, 0);
  return start + before + column;
}

function formatDiagnostic({ span, message, help }: Diagnostic): string {
  const { file, start } = span;
  const { line, column } = positionOf(file, start);
  const lineStart = lineStartOf(file.text, start);
  const lineText = /[^\r\n]*/.exec(file.text.slice(lineStart))![0];
  const lineEnd = lineStart + lineText.length;
  const before = file.text.slice(lineStart, start);
  const underlined = [...file.text.slice(start, Math.min(span.end, lineEnd))].length;
  const gutter = " ".repeat(`${line}`.length);
  return [
    `${file.path}:${line}:${column}: ${message}`,
    `  ${line} | ${lineText}`,
    `  ${gutter} | ${before.replace(/[^\t]/gu, " ")}${"^".repeat(Math.max(1, underlined))}`,
    `  help: ${help}`,
  ].join("\n");
}

/** Where the line of `offset` begins; a byte order mark is not part of the first. */
function lineStartOf(text: string, offset: number): number {
  const start = offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
  return start === 0 && offset > 0 && text.startsWith("\uFEFF") ? 1 : start;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
