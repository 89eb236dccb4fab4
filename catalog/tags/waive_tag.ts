/**
 * The `@waive name: reason` tag: a guardrail that does not apply to the query, and why. Whether there is
 * such a guardrail is for `guardrails/`, which has them.
 *
 * @module
 */

import type { Report, Span } from "../text/source.ts";
import type { Tag } from "./tag.ts";
import type { TagLine } from "./tag_line.ts";

/** A guardrail that does not apply to a query. */
export interface Waiver {
  /** The name of the guardrail. */
  readonly guardrail: string;
  readonly reason: string;
  /** Of the name. */
  readonly span: Span;
}

const EXAMPLE = `"@waive allow-filtering: the partition has at most ten rows"`;

export const waiveTag: Tag<Waiver> = { repeats: true, read: readWaiver };

function readWaiver(line: TagLine, report: Report): Waiver | null {
  const [first, ...others] = line.words;
  if (first === undefined) {
    report({ span: line.nameSpan, message: "Missing guardrail", help: `Write it as ${EXAMPLE}` });
    return null;
  }
  const guardrail = first.text.replace(/:$/, "");
  const span = { ...first.span, end: first.span.start + guardrail.length };
  if (guardrail === first.text || others.length === 0) {
    report({
      span: first.span,
      message: `Missing reason to waive "${guardrail}"`,
      help: `Write it after a colon, for example ${EXAMPLE}`,
    });
    return null;
  }
  const { file } = line.span;
  const reason = file.text.slice(others[0]!.span.start, others.at(-1)!.span.end);
  return { guardrail, reason, span };
}
