/**
 * What a rule for a whole file sees: what its tags say for all queries, and the queries. Each rule is a
 * file that exports a function, and a line in the list of `file_rules.ts`.
 *
 * @module
 */

import type { FileClaim } from "../../parse/file_claims.ts";
import type { Tags } from "../../tags/tags.ts";
import type { Diagnostic } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

export interface FileFacts {
  /** What comes before the first header. */
  readonly tags: Tags;
  /** What it takes from claims for all queries. */
  readonly claims: readonly FileClaim[];
  /** What `@without` can name. */
  readonly optOuts: readonly string[];
  readonly queries: readonly QueryFacts[];
}

/** Takes note of a mistake, and of the query that has it; null if the file has it. */
export type FileReport = (diagnostic: Diagnostic, query: QueryFacts | null) => void;

export type FileRule = (file: FileFacts, report: FileReport) => void;

/** How a query opts out of what its file says for all, as the end of a help. */
export function helpToOptOut({ name }: { readonly name: string }): string {
  return `or opt out with "-- @without ${name}: <reason>"`;
}
