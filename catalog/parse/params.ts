/**
 * Markers and `@param` tags → the parameters of a query: where each value comes from, by the tag or by
 * default, and whether that is possible.
 *
 * @module
 */

import type { Marker, Param, ParamSource } from "../query.ts";
import { toMarkerName } from "../statement/marker_name.ts";
import type { RawTag } from "../tags/answer/raw_tag.ts";
import { NO_OPTIONS } from "../tags/input/options/options.ts";
import type { ParamTag } from "../tags/input/param_tag.ts";
import { CLOCK } from "../tags/input/sources/bucket_source.ts";
import type { TaggedSource } from "../tags/input/sources/sources.ts";
import type { ScanTag } from "../tags/paging/scan_tag.ts";
import type { Mode } from "../tags/parts/mode.ts";
import type { RouteTag } from "../tags/route/route_tag.ts";
import type { Report, Span } from "../text/source.ts";
import { suggest } from "../text/suggest.ts";
import { clientNameOf } from "./client_name.ts";

export interface ParamContext {
  readonly tags: readonly ParamTag[];
  readonly mode: Mode | null;
  /** Null for an internal query: its caller gives the values by name, as a body does. */
  readonly route: RouteTag | null;
  /** Whether anyone may call the query, and so without a token. */
  readonly isPublic: boolean;
  /** The marker that an `@walk` binds. */
  readonly walked: string | null;
  /** Whose markers are the ends of a range. */
  readonly scan: ScanTag | null;
  /** The marker that limits an answer which has no pages, so that it may be `limit` to clients. */
  readonly wholeLimit: string | null;
  /** The `@raw` of a write, whose body is one of its values. */
  readonly raw: RawTag | null;
  readonly report: Report;
}

/** What the service itself reads from the query of a `:many` route. */
export const PAGE_PARAMETERS = ["limit", "cursor"];

/** OpenAPI ignores the first three as parameters; the others belong to HTTP and the service. */
const OWN_HEADERS = [
  "accept",
  "content-type",
  "authorization",
  "connection",
  "content-length",
  "client-cert",
  "cookie",
  "cqlgate-trace",
  "dpop",
  "host",
  "idempotency-key",
  "if-match",
  "if-none-match",
  "transfer-encoding",
];

/** One parameter for each marker, in their order. */
export function resolveParams(markers: readonly Marker[], context: ParamContext): Param[] {
  const tags = indexTags(markers, context);
  return markers.flatMap((marker) => {
    if (marker.name === context.walked) return [tagParam(marker, { in: "walk" })];
    if (marker.name === context.scan?.from?.text) {
      return [tagParam(marker, { in: "scan", end: "from" })];
    }
    if (marker.name === context.scan?.to?.text) {
      return [tagParam(marker, { in: "scan", end: "to" })];
    }
    if (marker.name === context.raw?.content?.name) return [tagParam(marker, { in: "content" })];
    if (marker.name === context.raw?.type?.name) return [tagParam(marker, { in: "content-type" })];
    const tag = tags.get(marker.name) ?? null;
    const source = tag === null ? defaultSource(marker.name, context) : tag.source;
    if (source === null) return [];
    const span = tag?.span ?? marker.spans[0]!;
    if (tag !== null) checkTag(tag, context);
    const options = tag?.options ?? NO_OPTIONS;
    const named = { name: marker.name, as: options.as, source };
    checkReservedName({ ...named, span: tag?.sourceSpan ?? span }, context);
    if (tag !== null && source.in === "bucket") {
      checkBucketOrigin(tag, source.of, { markers, tags, context });
    }
    const bound = bindWidth(source, options);
    if (bound === null) return [];
    return [{
      ...options,
      name: marker.name,
      source: bound,
      optional: tag?.optional ?? false,
      by: source.in === "bucket" ? null : options.by,
      span,
    }];
  });
}

/**
 * A parameter that another tag gives its values. An `@param` for it is ignored: the rules of that tag
 * report it.
 */
function tagParam({ name, spans }: Marker, source: ParamSource): Param {
  return { ...NO_OPTIONS, name, source, optional: false, span: spans[0]! };
}

/** Gives a bucket its width; null if the tag has none. */
function bindWidth(source: TaggedSource, options: ParamTag["options"]): ParamSource | null {
  if (source.in !== "bucket") return source;
  const { by, unit, number } = options;
  return by === null ? null : { ...source, by, unit, number };
}

/** The tags by name; reports tags without a marker, and second tags of the same marker. */
function indexTags(
  markers: readonly Marker[],
  { tags, report }: ParamContext,
): Map<string, ParamTag> {
  const byName = new Map<string, ParamTag>();
  for (const tag of tags) {
    if (byName.has(tag.name)) {
      report({
        span: tag.nameSpan,
        message: `Duplicate @param "${tag.name}"`,
        help: "Keep one of them",
      });
    } else {
      byName.set(tag.name, tag);
    }
    if (!markers.some(({ name }) => name === tag.name)) {
      report({
        span: tag.nameSpan,
        message: `Cannot find marker ":${tag.name}" in the statement`,
        help: suggestMarker(tag.name, markers),
      });
    }
  }
  return byName;
}

function defaultSource(name: string, { route, raw }: ParamContext): TaggedSource {
  if (isInPath(name, route)) return { in: "path" };
  if (raw !== null && route !== null) return { in: "query" };
  return { in: route?.method === "GET" || route?.method === "DELETE" ? "query" : "body" };
}

function isInPath(name: string, route: RouteTag | null): boolean {
  return route?.path?.markers.some((marker) => marker.text === name) ?? false;
}

/** Reports a tag that the route contradicts. */
function checkTag(tag: ParamTag, { route, isPublic, report }: ParamContext): void {
  const { name, source, sourceSpan, nameSpan } = tag;
  const inPath = isInPath(name, route);
  if (source?.in === "path" && !inPath && (route === null || route.path !== null)) {
    report({
      span: sourceSpan,
      message: `Cannot take "${name}" from the path: ${
        route === null ? "the query has no @route" : `the path has no "{${name}}"`
      }`,
      help: route === null
        ? `Add an @route with "{${name}}" in its path, or name another source`
        : `Add "{${name}}" to the path, or name another source`,
    });
  }
  if (inPath && source !== null && source.in !== "path") {
    report({
      span: sourceSpan,
      message: `${describeTaking(name, source)}: it is in the path`,
      help: `Remove "{${name}}" from the path, or remove the tag`,
    });
  }
  if (inPath && (tag.optional || tag.options.default !== null)) {
    report({
      span: nameSpan,
      message: `Cannot leave out "${name}": it is in the path`,
      help: `Remove the ${tag.optional ? '"?"' : '"default"'}`,
    });
  }
  if (source?.in === "claim" && isPublic) {
    report({
      span: sourceSpan,
      message:
        `Cannot take "${name}" from a claim: the query is @public, so its callers have no token`,
      help: "Name a scope with @scope in place of @public, or another source",
    });
  }
  if (source?.in === "body" && (route?.method === "GET" || route?.method === "DELETE")) {
    report({
      span: sourceSpan,
      message: `Cannot take "${name}" from the body: ${route.method} has none`,
      help: `Take it from the query, or use ${route.method === "GET" ? "POST" : "another method"}`,
    });
  }
}

interface NamedSource {
  readonly name: string;
  readonly as: string | null;
  readonly source: TaggedSource;
  readonly span: Span;
}

/** Reports a name that the service or HTTP uses for something else. */
function checkReservedName(named: NamedSource, context: ParamContext): void {
  const { name, as, source, span } = named;
  const { mode, route, report } = context;
  if (route === null) return;
  const clientName = clientNameOf(named);
  const rename = as === null ? "Rename the marker" : `Choose another name in "as="`;
  const isLimit = name === context.wholeLimit && clientName === "limit";
  if (
    mode === "many" && source.in === "query" && PAGE_PARAMETERS.includes(clientName) && !isLimit
  ) {
    report({
      span,
      message: `Cannot take "${name}" from the query: cqlgate pages with "limit" and "cursor"`,
      help: `${rename}, or take its value from elsewhere with @param`,
    });
  }
  if (source.in === "header" && OWN_HEADERS.includes(clientName.toLowerCase())) {
    report({
      span,
      message: `Cannot take "${name}" from the header: HTTP and cqlgate use it themselves`,
      help: `${rename}, or take its value from elsewhere`,
    });
  }
}

/** Reports a bucket whose origin is not a value that the caller always sends. */
function checkBucketOrigin(
  { name, sourceSpan }: ParamTag,
  of: string,
  { markers, tags, context }: {
    readonly markers: readonly Marker[];
    readonly tags: ReadonlyMap<string, ParamTag>;
    readonly context: ParamContext;
  },
): void {
  const cannotDerive = (state: string, help: string) =>
    context.report({
      span: sourceSpan,
      message: `Cannot derive "${name}" from "${of}": ${state}`,
      help,
    });
  const origin = tags.get(of);
  const isMarker = markers.some((marker) => marker.name === of);
  if (of === CLOCK && !isMarker) return;
  if (of === CLOCK && origin?.source?.in !== "generated") {
    cannotDerive(
      "it is the time of the request, and the name of a marker",
      `Rename the marker ":${CLOCK}", or take its value "in generated:now"`,
    );
  } else if (!isMarker) {
    const others = markers.filter((marker) => marker.name !== name);
    cannotDerive(`the statement has no marker ":${of}"`, suggestMarker(of, others));
  } else if (of === name) {
    cannotDerive("it is the bucket itself", "Name the parameter that holds the time");
  } else if (of === context.walked) {
    cannotDerive("@walk binds it", "Name a parameter that the caller sends");
  } else if (origin?.source?.in === "bucket") {
    cannotDerive("it is a bucket too", `Derive it from "${origin.source.of}"`);
  } else if (origin?.source?.in === "claim") {
    cannotDerive("it is a claim", "Name a parameter that the caller sends");
  } else if (origin?.source?.in === "if-match") {
    cannotDerive("it is an entity tag", "Name the parameter that holds the time");
  } else if (origin?.optional) {
    cannotDerive("it may be left out", `Remove the "?" of "${of}"`);
  }
}

/** A source in "Cannot take it from the query". */
export function describeSource({ in: source }: TaggedSource): string {
  if (source === "generated") return "a generated value";
  return source === "if-match" ? "If-Match" : `the ${source}`;
}

function describeTaking(name: string, source: TaggedSource): string {
  return source.in === "generated"
    ? `Cannot generate "${name}"`
    : `Cannot take "${name}" from ${describeSource(source)}`;
}

/** A sentence that names the marker that was probably meant. */
export function suggestMarker(name: string, markers: readonly Marker[]): string {
  if (markers.length === 0) {
    const written = toMarkerName(name);
    return `Write ":${written || "id"}" in the statement${written === name ? "" : " and here"}`;
  }
  return suggest(`:${name}`, markers.map((marker) => `:${marker.name}`));
}
