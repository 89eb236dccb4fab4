/**
 * Source text and what is reported about it: files, stretches of them, and mistakes with their place.
 *
 * @module
 */

/** A text that was read, and the name under which reports speak of it. */
export interface SourceFile {
  /** As reports show it, for example `cql/queries/observations.cql`. */
  readonly path: string;
  readonly text: string;
}

/** A stretch of a source file, in UTF-16 offsets, `end` exclusive. */
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

/** Takes note of a mistake; the reading goes on, so that all are found. */
export type Report = (diagnostic: Diagnostic) => void;
