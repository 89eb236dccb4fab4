/**
 * A query file → the tags of the file, and one draft for each statement: its header, prose and tags,
 * read but not yet checked against the statement. Owns which comment belongs to what.
 *
 * @module
 */

import { joinPaths, type PathTemplate } from "../tags/route/route_tag.ts";
import { readTagLine } from "../tags/tag_line.ts";
import { isTagName, readFileTags, readTags, type Tags } from "../tags/tags.ts";
import { readComment } from "../text/comment.ts";
import type { Diagnostic, Report, SourceFile } from "../text/source.ts";
import { splitStatements, type StatementText } from "../text/split.ts";
import type { Token } from "../text/token.ts";
import { type Header, isHeader, isHeaderInside, readHeader } from "./header.ts";

/** What the text around one statement says. */
export interface QueryDraft {
  /** Null if the statement has none. */
  readonly header: Header | null;
  /** The lines of the prose, joined by newlines. */
  readonly prose: string;
  /** The query's own; the path of its route begins with the prefix of the file. */
  readonly tags: Tags;
  readonly statement: StatementText;
  /** The mistakes in the header and the tags. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface ParsedFile {
  /** What comes before the first header. */
  readonly tags: Tags;
  readonly drafts: readonly QueryDraft[];
  /** The mistakes that belong to no statement. */
  readonly diagnostics: readonly Diagnostic[];
}

export function parseFile(file: SourceFile): ParsedFile {
  const drafts: QueryDraft[] = [];
  const diagnostics: Diagnostic[] = [];
  const report: Report = (diagnostic) => diagnostics.push(diagnostic);

  const { statements, trailingComments } = splitStatements(file, {
    report,
    beginsStatement: isHeaderInside,
  });
  const leading = [...statements.map(({ leadingComments }) => leadingComments), trailingComments];
  const preamble = readPreamble(leading[0]!);
  const preambleLines = preamble.filter(isLineComment);
  const tags = readFileTags(preambleLines, report);
  reportHiddenTags(preambleLines, report);
  const others = preamble.filter((comment) => !isLineComment(comment));
  reportMisplacedTags(others, {
    state: NOT_A_LINE_COMMENT,
    help: (name) => `Write it on a line of its own that begins with "--", as "-- @${name}"`,
    report,
  });
  for (const [index, comments] of leading.entries()) {
    const statement = statements[index];
    const blocks = readBlocks(index === 0 ? comments.slice(preamble.length) : comments);
    const own = statement === undefined
      ? undefined
      : blocks.pop() ?? { header: null, comments: [] };
    for (const block of blocks) reportOrphan(block, { isAlone: statements.length === 0, report });
    if (statement === undefined || own === undefined) continue;
    const previous = drafts.at(-1) ?? null;
    drafts.push(readDraft(own, { statement, previous, prefix: tags.prefix[0] ?? null }));
  }
  return { tags, drafts, diagnostics };
}

/** The comments before the first header of a file; none if a statement comes before it. */
function readPreamble(comments: readonly Token[]): readonly Token[] {
  const first = comments.findIndex(isHeader);
  return first === -1 ? [] : comments.slice(0, first);
}

const NOT_A_LINE_COMMENT = `not in a "--" comment`;

/** A header and the comments that follow it. */
interface Block {
  /** Null for the comments before the first header. */
  readonly header: Token | null;
  readonly comments: readonly Token[];
}

function readBlocks(comments: readonly Token[]): Block[] {
  const headers = comments.flatMap((comment, index) => isHeader(comment) ? [index] : []);
  // Below a header with a mode, another line is taken for a header only if it has a mode too.
  const starts = headers.filter((start, index) =>
    isHeaderInside(comments[start]!) ||
    !headers.slice(0, index).some((before) => isHeaderInside(comments[before]!))
  );
  const blocks = starts.map((start, index) => ({
    header: comments[start]!,
    comments: comments.slice(start + 1, starts[index + 1]),
  }));
  const free = comments.slice(0, starts[0]);
  return free.length === 0 ? blocks : [{ header: null, comments: free }, ...blocks];
}

/** Reads comments that no statement follows, for their mistakes only. */
function reportOrphan(
  { header, comments }: Block,
  { isAlone, report }: {
    /** Whether the file has no statement. */
    readonly isAlone: boolean;
    readonly report: Report;
  },
): void {
  if (header === null) {
    reportMisplacedTags(
      comments,
      isAlone
        ? {
          state: "the file has no query",
          help: () => "Write a query below it: tags hold for the queries of their own file",
          report,
        }
        : { state: "no header stands before it", report },
    );
    return;
  }
  report({
    span: header.span,
    message: "Header without a statement",
    help: "Write the statement below the header, or remove the header",
  });
  readHeader(header, report);
  readTags(comments.filter(isLineComment), report);
}

function readDraft(
  block: Block,
  { statement, previous, prefix }: {
    readonly statement: StatementText;
    readonly previous: QueryDraft | null;
    readonly prefix: PathTemplate | null;
  },
): QueryDraft {
  const diagnostics: Diagnostic[] = [];
  const report: Report = (diagnostic) => diagnostics.push(diagnostic);
  if (block.header === null && statement.tokens[0].kind !== "unterminated") {
    reportMissingHeader({ statement, previous, report });
  }
  const lines = block.comments.filter(isLineComment);
  const others = block.comments.filter((comment) => !isLineComment(comment));
  reportMisplacedTags(others, { state: NOT_A_LINE_COMMENT, report });
  reportHiddenTags(lines, report);
  reportLikeHeaders(block.comments, report);
  reportMisplacedTags(statement.innerComments, { state: "it stands inside the statement", report });
  return {
    header: block.header === null ? null : readHeader(block.header, report),
    prose: readProse(lines),
    tags: belowPrefix(readTags(lines, report), prefix, report),
    statement,
    diagnostics,
  };
}

/** Reports lines between a header and its statement that are prose, or a second header without a mode. */
function reportLikeHeaders(comments: readonly Token[], report: Report): void {
  for (const comment of comments.filter(isHeader)) {
    report({
      span: comment.span,
      message: "Cannot tell whether the line is prose or a second header: it has no mode",
      help:
        'Begin the prose with another word than "name:", or write the header as "-- name: list_stations :many", below a statement of the first',
    });
  }
}

function belowPrefix(tags: Tags, prefix: PathTemplate | null, report: Report): Tags {
  const [route] = tags.route;
  if (prefix === null || route === undefined || route.path === null) return tags;
  return { ...tags, route: [{ ...route, path: joinPaths(prefix, route.path, report) }] };
}

function readProse(comments: readonly Token[]): string {
  return comments
    .filter((comment) => readTagLine(comment) === null)
    .map((comment) => readComment(comment).text.replace(/^ /, "").trimEnd())
    .join("\n")
    .trim();
}

function isLineComment(comment: Token): boolean {
  return readComment(comment).style === "--";
}

function reportMissingHeader(
  { statement, previous, report }: {
    readonly statement: StatementText;
    readonly previous: QueryDraft | null;
    readonly report: Report;
  },
): void {
  const name = previous?.header?.name ?? null;
  report({
    span: statement.tokens[0].span,
    message: name === null
      ? "Statement without a header"
      : `Statement without a header: the header of "${name}" ends with its statement`,
    help: `Write a line such as "-- name: list_stations :many" above it`,
  });
}

/**
 * A tag that begins a line, behind bullets, numbers, dashes and what cannot be seen, if anything. Behind a word, a
 * quote or a bracket it belongs to a sentence.
 */
const TAG_AT_START = /^(?:[^\p{L}\p{N}@"'`“‘«([{<\r\n]|\p{N}+[.)])*@(\w+(?:-\w+)*)/gmu;

/** A tag that nothing reads would be a silent mistake, such as a scope that is never required. */
function reportMisplacedTags(
  comments: readonly Token[],
  { state, help = helpToMove, report }: {
    readonly state: string;
    readonly help?: (name: string) => string;
    readonly report: Report;
  },
): void {
  for (const comment of comments) {
    const { text, span } = readComment(comment);
    for (const match of text.matchAll(TAG_AT_START)) {
      const [before, name = ""] = match;
      if (!isTagName(name)) continue;
      const end = span.start + match.index + before.length;
      report({
        span: { ...span, start: end - name.length - 1, end },
        message: `Cannot read tag "@${name}": ${state}`,
        help: help(name),
      });
    }
  }
}

/** Whatever stands before a tag makes its line prose. */
function reportHiddenTags(lines: readonly Token[], report: Report): void {
  reportMisplacedTags(lines.filter((line) => readTagLine(line) === null), {
    state: 'something stands between it and the "--" of its line',
    help: (name) => `Write it right after the dashes, as "-- @${name}"`,
    report,
  });
}

function helpToMove(name: string): string {
  return `Move it between the header and the statement, for example "-- @${name}"`;
}
