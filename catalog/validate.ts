/**
 * A draft → a query: what header, tags and statement say together, and whether it makes sense. What
 * needs the types of the server, or the other queries, is checked elsewhere.
 *
 * @module
 */

import { checkBounds } from "./checks/check_bounds.ts";
import { checkBulk } from "./checks/check_bulk.ts";
import { checkCurrent } from "./checks/check_current.ts";
import { checkEtag } from "./checks/check_etag.ts";
import { checkIfMatch } from "./checks/check_if_match.ts";
import { checkStatus } from "./checks/check_status.ts";
import { checkWalk } from "./checks/check_walk.ts";
import type { Header } from "./header.ts";
import { listMarkers } from "./markers.ts";
import { resolveParams, suggestMarker } from "./params.ts";
import type { Draft } from "./parse.ts";
import type { Access, Marker, Mode, Query, Route, SuccessStatus, Verb, Walk } from "./query.ts";
import { bindMarkers, markerRoles } from "./statement/marker_roles.ts";
import { parseStatement } from "./statement/parse_statement.ts";
import { isConditional, verbOf } from "./statement/statement.ts";
import type { ConsistencyTag } from "./tags/consistency_tag.ts";
import { DEFAULT_PAGE } from "./tags/page_tag.ts";
import type { RouteTag } from "./tags/route_tag.ts";
import type { Tags } from "./tags/tags.ts";
import type { WalkTag } from "./tags/walk_tag.ts";
import type { Diagnostic, Report } from "./text/source.ts";
import { closest } from "./text/suggest.ts";
import type { Token } from "./text/token.ts";

/** The query of a draft, null where it has a mistake; and the mistakes, those of the draft included. */
export function validateDraft(
  draft: Draft,
): { readonly query: Query | null; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics = [...draft.diagnostics];
  const report: Report = (diagnostic) => diagnostics.push(diagnostic);
  const { header, tags, statement } = draft;
  const routeTag = tags.route[0] ?? null;
  const access = resolveAccess(tags, report);
  // What an open quote swallows would be reported as missing.
  if (statement.tokens.some((token) => token.kind === "unterminated")) {
    return { query: null, diagnostics };
  }

  const parsed = parseStatement(statement.tokens);
  const kind = { verb: verbOf(parsed), conditional: isConditional(parsed) };
  if (kind.verb === null) reportForeign(statement.tokens[0], report);
  const mode = header?.mode ?? null;
  const markers = listMarkers(bindMarkers(parsed), report);
  if (header !== null) checkMode(header, { kind, report });
  if (routeTag !== null) checkRoute(routeTag, { verb: kind.verb, markers, report });
  checkPage(tags, { mode, report });
  for (const tag of tags.consistency) checkConsistency(tag, { kind, report });
  const params = resolveParams(markers, {
    tags: tags.param,
    mode,
    route: routeTag,
    isPublic: access.kind === "public",
    walked: tags.walk[0]?.bucket?.text ?? null,
    report,
  });
  const roles = markerRoles(parsed);
  checkIfMatch(tags.param, { mode, route: routeTag, roles, report });
  if (routeTag !== null) checkBounds(params, { roles, report });
  for (const tag of tags.status) checkStatus(tag, { mode, route: routeTag, report });
  for (const tag of tags.current) checkCurrent(tag, { mode, report });
  for (const tag of tags.etag) checkEtag(tag, { mode, route: routeTag, report });
  for (const tag of tags.walk) {
    checkWalk(tag, { mode, markers, params: tags.param, route: routeTag, report });
  }
  for (const tag of tags.bulk) {
    const known = params.length === markers.length ? params : null;
    checkBulk(tag, { mode, route: routeTag, params: known, report });
  }

  const { verb, conditional } = kind;
  const isWhole = header !== null && header.name !== null && mode !== null && verb !== null;
  if (!isWhole || diagnostics.length > 0) return { query: null, diagnostics };
  const { span } = statement;
  const query: Query = {
    name: header.name,
    nameSpan: header.nameSpan,
    mode,
    group: /([^/\\]*?)(?:\.cql)?$/.exec(span.file.path)![1]!,
    summary: draft.prose.split("\n", 1)[0]!,
    description: draft.prose,
    statement: span.file.text.slice(span.start, span.end),
    statementSpan: span,
    parsed,
    verb,
    conditional,
    markers,
    params,
    route: resolveRoute(routeTag),
    access,
    consistency: tags.consistency[0]?.level ?? null,
    serialConsistency: tags.consistency[0]?.serial ?? null,
    page: mode === "many" ? resolvePage(tags) : null,
    etag: tags.etag[0] ?? null,
    walk: resolveWalk(tags.walk[0]),
    bulk: tags.bulk.length > 0,
    status: resolveStatus(tags, mode),
    current: tags.current[0]?.columns ?? [],
  };
  return { query, diagnostics };
}

interface StatementKind {
  /** Null where the statement has no place in a query file. */
  readonly verb: Verb | null;
  /** Whether a write has an `IF`. */
  readonly conditional: boolean;
}

const KEYWORDS = ["SELECT", "INSERT", "UPDATE", "DELETE", "BEGIN"];

/** Reports a statement that neither reads nor writes rows. */
function reportForeign(first: Token, report: Report): void {
  const near = first.kind === "word" ? closest(first.text, KEYWORDS) : null;
  report({
    span: first.span,
    message: `Cannot serve a statement that begins with "${first.text}"`,
    help: near === null
      ? "Keep to SELECT, INSERT, UPDATE, DELETE and BEGIN BATCH; a migration can hold the others"
      : `Did you mean "${near}"?`,
  });
}

function resolveRoute(tag: RouteTag | null): Route | null {
  if (tag === null || tag.method === null || tag.path === null) return null;
  return { method: tag.method, path: tag.path.text, span: tag.span };
}

function resolvePage({ page: [tag] }: Tags): Query["page"] {
  return tag === undefined ? DEFAULT_PAGE : { size: tag.size, max: tag.max };
}

/** What is created is 201 (RFC 9110, section 15.3.2), unless a tag says that nothing is. */
function resolveStatus({ status: [tag], route: [route] }: Tags, mode: Mode): SuccessStatus | null {
  if (route === undefined || mode === "one" || mode === "many") return null;
  if (tag !== undefined && tag.status !== null) return tag.status;
  if (mode === "exec") return 204;
  return route.method === "POST" ? 201 : 200;
}

/** Null also for a tag that lacks something, which is reported elsewhere. */
function resolveWalk(tag: WalkTag | undefined): Walk | null {
  if (tag === undefined) return null;
  const { bucket, by, from, to, order, max, span } = tag;
  if (bucket === null || by === null || from === null || to === null || order === null) return null;
  return { bucket: bucket.text, by, from: from.text, to: to.text, order, max, span };
}

function resolveAccess(tags: Tags, report: Report): Access {
  const [route] = tags.route;
  const [publicTag] = tags.public;
  const [scopeTag] = tags.scope;
  const accessTag = scopeTag ?? publicTag;
  if (route !== undefined && accessTag === undefined) {
    report({
      span: route.span,
      message: "Route with neither @scope nor @public",
      help:
        `Name the scopes that a caller needs with "-- @scope", or let anyone call it with "-- @public"`,
    });
  }
  if (route === undefined && accessTag !== undefined) {
    report({
      span: accessTag.span,
      message: `Cannot use ${
        scopeTag === undefined ? "@public" : "@scope"
      }: the query has no @route`,
      help: "Add an @route, or remove the tag to keep the query internal",
    });
  }
  if (scopeTag !== undefined && publicTag !== undefined) {
    report({
      span: publicTag.span,
      message: "Cannot use both @scope and @public",
      help: "Keep @scope where a caller needs a scope, @public where anyone may call",
    });
  }
  if (scopeTag !== undefined) {
    return { kind: "scopes", anyOf: tags.scope.map(({ scopes }) => scopes) };
  }
  return { kind: publicTag === undefined ? "internal" : "public" };
}

function checkMode(
  { mode, modeSpan }: Header,
  { kind, report }: { readonly kind: StatementKind; readonly report: Report },
): void {
  if (mode === null || kind.verb === null) return;
  const [fitting, help] = fittingModes(kind);
  if (fitting.includes(mode)) return;
  const what = kind.conditional ? `${nameOf(kind.verb)} with IF` : nameOf(kind.verb);
  report({ span: modeSpan, message: `Mode ":${mode}" does not fit ${what}`, help });
}

function fittingModes({ verb, conditional }: StatementKind): [readonly Mode[], string] {
  if (verb === "select") {
    return [["one", "many"], `Use ":one" for a single row, ":many" for any number of them`];
  }
  return conditional
    ? [["applied"], `Use ":applied": the answer says whether the condition held`]
    : [["exec"], `Use ":exec": without IF a write has no answer`];
}

function checkRoute(
  { method, path, span }: RouteTag,
  { verb, markers, report }: {
    readonly verb: Verb | null;
    readonly markers: readonly Marker[];
    readonly report: Report;
  },
): void {
  if (method === "GET" && verb !== null && verb !== "select") {
    report({
      span,
      message: `Cannot serve ${nameOf(verb)} at GET: a safe method must not write`,
      help: "Use POST, PUT, PATCH or DELETE",
    });
  }
  if (method !== null && method !== "GET" && method !== "POST" && verb === "select") {
    report({
      span,
      message: `Cannot serve SELECT at ${method}: it does not write`,
      help: "Use GET, or POST where the input is too large for a URL",
    });
  }
  for (const segment of path?.markers ?? []) {
    if (markers.some(({ name }) => name === segment.text)) continue;
    report({
      span: segment.span,
      message: `Cannot find marker ":${segment.text}" of the path in the statement`,
      help: suggestMarker(segment.text, markers),
    });
  }
}

function checkPage(
  tags: Tags,
  { mode, report }: { readonly mode: Mode | null; readonly report: Report },
): void {
  const [page] = tags.page;
  if (page === undefined || mode === null || mode === "many") return;
  report({
    span: page.span,
    message: `Cannot use @page with mode ":${mode}": only ":many" has pages`,
    help: "Remove the tag",
  });
}

function checkConsistency(
  { level, levelSpan, serialSpan }: ConsistencyTag,
  { kind, report }: { readonly kind: StatementKind; readonly report: Report },
): void {
  if (kind.verb === "select" && level === "ANY") {
    report({
      span: levelSpan,
      message: `Cannot read at consistency level "ANY"`,
      help: `Use "ONE" or "LOCAL_ONE", the weakest levels that read`,
    });
  }
  const serial = level === "SERIAL" || level === "LOCAL_SERIAL";
  if (kind.verb !== null && kind.verb !== "select" && serial) {
    report({
      span: levelSpan,
      message: `Cannot write at consistency level "${level}"`,
      help: kind.conditional
        ? `Name it as the serial one: "@consistency LOCAL_QUORUM serial=${level}"`
        : `Use another level: only reads and lightweight transactions can be serial`,
    });
  }
  if (kind.verb !== null && !kind.conditional && serialSpan !== null) {
    report({
      span: serialSpan,
      message: `Cannot use "serial": the statement has no IF`,
      help: "Remove it: only lightweight transactions have a serial phase",
    });
  }
}

function nameOf(verb: Verb): string {
  return verb === "batch" ? "a batch" : verb.toUpperCase();
}
