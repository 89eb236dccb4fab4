/**
 * Source text and what is reported about it: files, spans, and mistakes with their places.
 *
 * @module
 */

/** A text, and the name that reports use for its file. */
export interface SourceFile {
  /** As reports show it, for example `cql/queries/observations.cql`. */
  readonly path: string;
  readonly text: string;
}

/** A part of a source file, in UTF-16 offsets, `end` exclusive. */
export interface Span {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** One mistake: where it is, what it is, and what to do about it. */
export interface Diagnostic {
  readonly span: Span;
  readonly message: string;
  readonly help: string;
}

/** Takes note of a mistake; reading goes on, so that all mistakes are found. */
export type Report = (diagnostic: Diagnostic) => void;
