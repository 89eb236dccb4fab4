/**
 * Query files → the catalog: every query that can be served, and every mistake that keeps a query
 * out of it. Owns the checks across queries; the stages before it know one query at a time.
 *
 * @module
 */

import { buildFile, type BuiltFile } from "./build_file.ts";
import { checkLocationTarget } from "./checks/project/location_target.ts";
import { findRouteClashes } from "./checks/project/route_clashes.ts";
import { findSegmentNames, withSegmentNames } from "./checks/project/segment_names.ts";
import { parseFile, type QueryDraft } from "./parse/parse_file.ts";
import type { Query } from "./query.ts";
import { placeOf } from "./text/diagnose.ts";
import type { Diagnostic, SourceFile, Span } from "./text/source.ts";

export interface Catalog {
  /** The queries whose header, tags and statement have no mistake, in the order of the files. */
  readonly queries: readonly Query[];
  /** Every mistake of every file. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads all files; names must be unique across them, and requests must be for one query at most. */
export function parseCatalog(files: readonly SourceFile[]): Catalog {
  const built = files.map((file) => buildFile(parseFile(file)));
  const all = built.flatMap(({ queries }) => queries);
  const drafts = all.map(({ draft }) => draft);
  const clashes = [
    ...findNameClashes(drafts),
    ...routeClashesOf(all),
    ...findLostLocations(all),
    ...findSegmentClashes(all),
  ];
  const clashing = new Set(clashes.map(({ draft }) => draft));
  return {
    queries: withSegmentNames(
      all.flatMap(({ draft, query }) => query === null || clashing.has(draft) ? [] : [query]),
    ),
    diagnostics: [
      ...built.flatMap(({ diagnostics }) => diagnostics),
      ...clashes.map(({ diagnostic }) => diagnostic),
    ],
  };
}

/** A draft that conflicts with another, and what to say about it. */
interface Clash {
  readonly draft: QueryDraft;
  readonly diagnostic: Diagnostic;
}

function findLostLocations(built: BuiltFile["queries"]): Clash[] {
  const names = built.flatMap(({ draft }) => draft.header?.name ?? []);
  const queries = built.flatMap(({ query }) => query ?? []);
  return built.flatMap(({ draft, query }) => {
    if (query === null) return [];
    const diagnostics: Diagnostic[] = [];
    checkLocationTarget(query, { queries, names }, (each) => diagnostics.push(each));
    return diagnostics.map((diagnostic) => ({ draft, diagnostic }));
  });
}

function findSegmentClashes(built: BuiltFile["queries"]): Clash[] {
  const drafts = new Map(built.map(({ draft, query }) => [query, draft]));
  const found = findSegmentNames(built.flatMap(({ query }) => query ?? []));
  return found.map(({ query, diagnostic }) => ({ draft: drafts.get(query)!, diagnostic }));
}

function findNameClashes(drafts: readonly QueryDraft[]): Clash[] {
  const firsts = new Map<string, Span>();
  return drafts.flatMap((draft) => {
    const { header } = draft;
    if (header === null || header.name === null) return [];
    const first = firsts.get(header.name);
    if (first === undefined) {
      firsts.set(header.name, header.nameSpan);
      return [];
    }
    const diagnostic = {
      span: header.nameSpan,
      message: `Duplicate query name "${header.name}"`,
      help: `Rename it; the first is at ${placeOf(first)}`,
    };
    return [{ draft, diagnostic }];
  });
}

function routeClashesOf(built: BuiltFile["queries"]): Clash[] {
  const drafts = new Map(built.map(({ draft, facts }) => [facts, draft]));
  return findRouteClashes(built.flatMap(({ facts }) => facts ?? [])).map(
    ({ query, diagnostic }) => ({ draft: drafts.get(query)!, diagnostic }),
  );
}
