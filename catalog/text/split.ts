/**
 * A file of CQL → its statements, each with the comments before it. Query files and migrations are
 * split alike; what the comments say is for `parse/`.
 *
 * @module
 */

import { lex, wholeFile } from "./lex.ts";
import type { Report, SourceFile, Span } from "./source.ts";
import { isKeyword, isOperator, type Token } from "./token.ts";

/** A statement as it is in its file. */
export interface StatementText {
  /** From the first token to the last: no closing semicolon, no space or comment around it. */
  readonly span: Span;
  /** The tokens of the span, comments left out. */
  readonly tokens: readonly [Token, ...Token[]];
  /** The comments between the previous statement and this one. */
  readonly leadingComments: readonly Token[];
  /** The comments inside the statement, up to its semicolon. */
  readonly innerComments: readonly Token[];
}

export interface SplitFile {
  readonly statements: readonly StatementText[];
  /** The comments after the last statement. */
  readonly trailingComments: readonly Token[];
}

export interface SplitOptions {
  readonly report: Report;
  /**
   * Whether a comment can only come before a statement: inside one, it then shows that a semicolon is
   * missing.
   */
  readonly beginsStatement?: (comment: Token) => boolean;
}

/**
 * Splits at semicolons outside strings, quoted names, comments and batches. The last statement
 * needs no semicolon.
 */
export function splitStatements(file: SourceFile, options: SplitOptions): SplitFile {
  const { report, beginsStatement = () => false } = options;
  const statements: StatementText[] = [];
  let leadingComments: Token[] = [];
  let innerComments: Token[] = [];
  let tokens: Token[] = [];
  reportNul(file, report);

  function endStatement(): void {
    const [first, ...rest] = tokens;
    if (first === undefined) return;
    if (isOpenBatch(tokens)) {
      report({
        span: first.span,
        message: `Unterminated batch`,
        help: `End the batch with "APPLY BATCH;"`,
      });
    }
    const end = (rest.at(-1) ?? first).span.end;
    const span = { file, start: first.span.start, end };
    statements.push({ span, tokens: [first, ...rest], leadingComments, innerComments });
    leadingComments = [];
    innerComments = [];
    tokens = [];
  }

  for (const token of lex(wholeFile(file), report)) {
    const last = tokens.at(-1);
    if (token.kind === "comment") {
      if (last === undefined) {
        leadingComments.push(token);
      } else if (beginsStatement(token)) {
        if (!isOpenBatch(tokens)) reportMissingSemicolon(last, report);
        endStatement();
        leadingComments.push(token);
      } else {
        innerComments.push(token);
      }
    } else if (!isOperator(token, ";") || isOpenBatch(tokens)) {
      tokens.push(token);
    } else if (last === undefined) {
      report({
        span: token.span,
        message: "Empty statement",
        help: "Remove the semicolon, or write the statement that it ends",
      });
    } else {
      endStatement();
    }
  }
  endStatement();
  return { statements, trailingComments: leadingComments };
}

/** Whether `tokens` begin a batch that `APPLY BATCH` has not ended yet. */
function isOpenBatch(tokens: readonly Token[]): boolean {
  if (!isKeyword(tokens[0], "BEGIN")) return false;
  const typed = isKeyword(tokens[1], "UNLOGGED") || isKeyword(tokens[1], "COUNTER");
  if (!isKeyword(tokens[typed ? 2 : 1], "BATCH")) return false;
  return !(isKeyword(tokens.at(-2), "APPLY") && isKeyword(tokens.at(-1), "BATCH"));
}

function reportMissingSemicolon(last: Token, report: Report): void {
  report({
    span: last.span,
    message: "Missing semicolon",
    help: `End the statement with ";" before the next header`,
  });
}

/** Text in UTF-16 has a NUL next to each letter, and the server refuses it. */
function reportNul(file: SourceFile, report: Report): void {
  const start = file.text.indexOf("\0");
  if (start === -1) return;
  report({
    span: { file, start, end: start + 1 },
    message: "Unexpected NUL character",
    help: "Save the file as UTF-8 text",
  });
}
