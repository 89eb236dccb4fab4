/**
 * A draft → a query: its parts are combined and checked against every rule. What needs the types of the
 * server, or the other queries, is checked elsewhere.
 *
 * @module
 */

import { answersOf } from "./checks/answer/answered_values.ts";
import { checkAccess } from "./checks/policy/access.ts";
import type { QueryFacts } from "./checks/rule.ts";
import { QUERY_RULES } from "./checks/rules.ts";
import { inheritTags } from "./parse/inherit_tags.ts";
import { listMarkers } from "./parse/markers.ts";
import { accessOf, masksOf } from "./parse/masks.ts";
import { resolveParams } from "./parse/params.ts";
import type { QueryDraft } from "./parse/parse_file.ts";
import type { Query } from "./query.ts";
import { parseStatement } from "./statement/grammar/parse_statement.ts";
import { bindMarkers, markerRoles } from "./statement/marker_roles.ts";
import { isConditional, type Statement, verbOf } from "./statement/statement.ts";
import { settleTags, type Tags } from "./tags/tags.ts";
import type { Diagnostic, Report } from "./text/source.ts";

/** What becomes of a draft. */
export interface BuiltQuery {
  /** Null if it has a mistake. */
  readonly query: Query | null;
  /** Null if the statement has no end, so that nothing can be said about it. */
  readonly facts: QueryFacts | null;
  /** All mistakes, the mistakes of the draft included. */
  readonly diagnostics: readonly Diagnostic[];
}

/** @param fileTags what the file says for all of its queries */
export function buildQuery(draft: QueryDraft, fileTags: Tags): BuiltQuery {
  const diagnostics = [...draft.diagnostics];
  const report: Report = (diagnostic) => diagnostics.push(diagnostic);
  if (draft.statement.tokens.some(({ kind }) => kind === "unterminated")) {
    // What an open quote swallows would be reported as missing.
    const nothing = { mode: null, verb: null, conditional: false, markers: [] };
    checkAccess({ tags: inheritTags(draft.tags, fileTags, nothing) }, report);
    return { query: null, facts: null, diagnostics };
  }
  const facts = factsOf(draft, fileTags, report);
  for (const rule of QUERY_RULES) rule(facts, report);
  return { query: diagnostics.length > 0 ? null : queryOf(draft, facts), facts, diagnostics };
}

/** What the rules look at; reports markers and parameters that cannot work. */
function factsOf(
  { header, tags: own, statement }: QueryDraft,
  fileTags: Tags,
  report: Report,
): QueryFacts {
  const parsed = parseStatement(statement.tokens);
  const mode = header?.mode ?? null;
  const verb = verbOf(parsed);
  const conditional = isConditional(parsed);
  const markers = listMarkers(bindMarkers(parsed), report);
  const tags = inheritTags(own, fileTags, { mode, verb, conditional, markers });
  const route = tags.route[0] ?? null;
  const params = resolveParams(markers, {
    tags: tags.param,
    mode,
    route,
    isPublic: accessOf(tags).kind === "public",
    walked: tags.walk[0]?.bucket?.text ?? null,
    scan: tags.scan[0] ?? null,
    wholeLimit: wholeLimitOf(parsed),
    raw: verb === "select" ? null : tags.raw[0] ?? null,
    report,
  });
  return {
    header,
    mode,
    tags,
    own,
    route,
    statement: parsed,
    start: statement.tokens[0],
    verb,
    conditional,
    markers,
    roles: markerRoles(parsed),
    params,
  };
}

/** The marker of the `LIMIT` of a search for the nearest vectors, which Cassandra answers all at once. */
function wholeLimitOf(statement: Statement): string | null {
  if (statement.kind !== "select" || statement.limit?.kind !== "marker") return null;
  return statement.orderBy.some(({ nearest }) => nearest !== null) ? statement.limit.name : null;
}

/** Null if the header or the statement lacks something, which is reported. */
function queryOf({ prose, statement: { span } }: QueryDraft, facts: QueryFacts): Query | null {
  const { header, mode, tags, route, statement: parsed, verb, conditional } = facts;
  if (header === null || header.name === null || mode === null || verb === null) return null;
  return {
    ...settleTags(tags, {
      mode,
      method: route?.method ?? null,
      ...answersOf(facts),
    }),
    name: header.name,
    nameSpan: header.nameSpan,
    mode,
    group: /([^/\\]*?)(?:\.cql)?$/.exec(span.file.path)![1]!,
    summary: prose.split("\n", 1)[0]!,
    description: prose,
    statement: span.file.text.slice(span.start, span.end),
    statementSpan: span,
    parsed,
    verb,
    conditional,
    markers: facts.markers,
    params: facts.params,
    access: accessOf(tags),
    requirements: tags.require,
    masks: masksOf(tags),
    rates: tags.rate.map((rate) => ({
      ...rate,
      over: facts.own.rate.includes(rate) ? "query" : "file",
    })),
    sensitive: tags.sensitive,
    waivers: tags.waive,
  };
}
