/**
 * A parsed file → its queries, each with the tags of the file, and every mistake: in the file, in each
 * query, and between queries.
 *
 * @module
 */

import { buildQuery } from "./build_query.ts";
import { FILE_RULES } from "./checks/file/file_rules.ts";
import type { QueryFacts } from "./checks/rule.ts";
import { fileClaims } from "./parse/file_claims.ts";
import { optOutNames } from "./parse/opt_outs.ts";
import type { ParsedFile, QueryDraft } from "./parse/parse_file.ts";
import type { Query } from "./query.ts";
import type { Diagnostic } from "./text/source.ts";

export interface BuiltFile {
  readonly queries: readonly {
    readonly draft: QueryDraft;
    /** Null if it has a mistake. */
    readonly query: Query | null;
    /** Null if the statement has no end. */
    readonly facts: QueryFacts | null;
  }[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A mistake in the file as a whole excludes only the queries that it is about. */
export function buildFile({ tags, drafts, diagnostics: ofFile }: ParsedFile): BuiltFile {
  const diagnostics = [...ofFile];
  const mistaken = new Set<QueryFacts>();
  const built = drafts.map((draft) => ({ draft, ...buildQuery(draft, tags) }));
  const queries = built.flatMap(({ facts }) => facts ?? []);
  const facts = { tags, claims: fileClaims(tags), optOuts: optOutNames(tags), queries };
  for (const rule of FILE_RULES) {
    rule(facts, (diagnostic, query) => {
      diagnostics.push(diagnostic);
      if (query !== null) mistaken.add(query);
    });
  }
  return {
    queries: built.map(({ draft, query, facts }) => ({
      draft,
      facts,
      query: facts !== null && mistaken.has(facts) ? null : query,
    })),
    diagnostics: [...diagnostics, ...built.flatMap(({ diagnostics }) => diagnostics)],
  };
}
