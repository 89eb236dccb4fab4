/**
 * A duration in a tag, in seconds or milliseconds.
 *
 * @module
 */
import type { Word } from "../../text/comment.ts";
import type { Report } from "../../text/source.ts";

const UNITS_MS = { ms: 1, s: 1000 } as const;

export interface DurationOptions {
  readonly maxMs: number;
  readonly help: string;
  readonly report: Report;
}

/** In milliseconds; null if it is not a duration, which is reported. */
export function readDurationMs({ text, span }: Word, options: DurationOptions): number | null {
  const match = /^([1-9]\d{0,5})(ms|s)$/.exec(text);
  const ms = match === null ? NaN : Number(match[1]) * UNITS_MS[match[2] as keyof typeof UNITS_MS];
  if (ms <= options.maxMs) return ms;
  options.report({ span, message: `Cannot use "${text}" as a time`, help: options.help });
  return null;
}
