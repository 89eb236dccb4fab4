/**
 * The `@route METHOD /path/{marker}` tag and its path template. A broken path is read as what it
 * was meant to be, so that its markers are known to the checks that follow.
 *
 * @module
 */

import { helpToNameMarker } from "../../statement/marker_name.ts";
import type { Word } from "../../text/comment.ts";
import { isSnakeCase, toSnakeCase } from "../../text/snake_case.ts";
import type { Report, Span } from "../../text/source.ts";
import { suggest } from "../../text/suggest.ts";
import { type Method, METHODS } from "../parts/method.ts";
import type { QueryTag } from "../tag.ts";
import type { TagLine } from "../tag_line.ts";

/** How a query is reached over HTTP. */
export interface Route {
  readonly method: Method;
  /** With markers in braces: `/stations/{station_id}`. */
  readonly path: string;
  readonly span: Span;
}

export interface RouteTag {
  /** Null if it is missing or unknown. */
  readonly method: Method | null;
  /** Null if it is missing. */
  readonly path: PathTemplate | null;
  /** The method and the path. */
  readonly span: Span;
}

export interface PathTemplate {
  readonly text: string;
  readonly span: Span;
  /** The names in braces; their spans include the braces. */
  readonly markers: readonly Word[];
  /** The `@prefix` of the file that the text begins with; null without a prefix. */
  readonly prefix: PathTemplate | null;
}

/** Paths that the service itself answers; `/docs` with everything below it. */
export const OWN_PATHS = ["/livez", "/readyz", "/openapi.json", "/docs"];

export const routeTag: QueryTag<RouteTag, Route | null> = {
  repeats: false,
  read: readRoute,
  settle(tag) {
    if (tag === null || tag.method === null || tag.path === null) return null;
    return { method: tag.method, path: tag.path.text, span: tag.span };
  },
};

function readRoute(line: TagLine, report: Report): RouteTag {
  const [first, last] = [line.words[0], line.words.at(-1)];
  if (first === undefined || last === undefined) {
    report({
      span: line.nameSpan,
      message: "Missing method and path",
      help: `Write them as "@route GET /stations/{station_id}"`,
    });
    return { method: null, path: null, span: line.nameSpan };
  }
  const span = { ...first.span, end: last.span.end };
  if (/^[/{]/.test(first.text)) {
    report({
      span: first.span,
      message: "Missing method",
      help: `Write it before the path, for example "@route GET ${first.text}"`,
    });
    return { method: null, path: readPath(span, report), span };
  }
  const pathStart = line.words[1]?.span.start;
  if (pathStart === undefined) {
    report({
      span: first.span,
      message: "Missing path",
      help: `Write it after the method, for example "@route GET /stations/{station_id}"`,
    });
  }
  return {
    method: readMethod(first, report),
    path: pathStart === undefined ? null : readPath({ ...span, start: pathStart }, report),
    span,
  };
}

/** A path as a router sees it: the names of its markers make no difference. */
export function pathShape(path: string): string {
  return path.replace(/\{[^{}]*\}/g, "{}");
}

function readMethod({ text, span }: Word, report: Report): Method | null {
  const method = METHODS.find((method) => method === text) ?? null;
  if (method === null) {
    report({ span, message: `Unknown method "${text}"`, help: suggest(text, METHODS) });
  }
  return method;
}

/** Reads the path at `span`, and reports what a route cannot have. */
export function readPath(span: Span, report: Report): PathTemplate {
  const text = span.file.text.slice(span.start, span.end);
  const cannotUse = (state: string, help: string) =>
    report({ span, message: `Cannot use path "${text}": ${state}`, help });
  if (/\s/.test(text)) cannotUse("it contains white space", "Remove the white space");
  const help = `Write it as "${correctedPath(text)}"`;
  if (!text.startsWith("/")) cannotUse("no leading slash", help);
  if (text.length > 1 && text.endsWith("/")) cannotUse("trailing slash", help);

  const markers = new Map<string, Word>();
  let start = span.start;
  for (const segmentText of text.split("/")) {
    const segment = {
      text: segmentText,
      span: { ...span, start, end: start + segmentText.length },
    };
    start = segment.span.end + 1;
    const isEdge = segment.span.start === span.start || segment.span.end === span.end;
    const marker = readSegment(segment, { isEdge, report });
    if (marker === null) continue;
    if (markers.has(marker.text)) {
      report({
        span: marker.span,
        message: `Duplicate marker "{${marker.text}}" in the path`,
        help: "Use a different marker for each segment",
      });
    }
    markers.set(marker.text, marker);
  }
  return { text, span, markers: [...markers.values()], prefix: null };
}

/** What a path was meant to be: corrected wherever that is clear, so that its author needs a single help. */
function correctedPath(text: string): string {
  const segments = text.split("/").filter((segment) => segment !== "").map((segment) => {
    const name = /^(?:\{([^{}]+)\}?|([^{}]+)\}|:([^{}]+))$/.exec(segment)?.slice(1).join("");
    return name === undefined ? segment : `{${markerNameOf(name)}}`;
  });
  return `/${segments.join("/")}`;
}

/** How a marker is written, where its name can be told. */
function markerNameOf(name: string | undefined): string {
  const trimmed = name?.trim() ?? "";
  return toSnakeCase(trimmed) || trimmed || "id";
}

/** The path that `path` is below the prefix of its file; reports a marker that both have. */
export function joinPaths(prefix: PathTemplate, path: PathTemplate, report: Report): PathTemplate {
  for (const { text, span } of path.markers) {
    if (!prefix.markers.some((marker) => marker.text === text)) continue;
    report({
      span,
      message: `Duplicate marker "{${text}}" in the path: the file's @prefix has it already`,
      help: "Use a different marker for each segment",
    });
  }
  const below = path.text === "/" ? "" : path.text.replace(/^(?!\/)/, "/");
  // A mistake about them in this query is reported at this query's path.
  const inherited = prefix.markers.map(({ text }) => ({ text, span: path.span }));
  const markers = [...inherited, ...path.markers];
  return { text: `${prefix.text}${below}`, span: path.span, markers, prefix };
}

/** Reports a path that the service itself answers. */
export function checkOwnPath({ text, span }: Pick<PathTemplate, "text" | "span">, report: Report) {
  const own = OWN_PATHS.find((own) => matches(text, own));
  if (own === undefined) return;
  report({
    span,
    message: `Cannot use path "${text}": the service itself answers at "${own}"`,
    help: "Begin the path with another word",
  });
}

/** Checks one segment; the marker that it is, or was meant to be. */
function readSegment(
  segment: Word,
  { isEdge, report }: { readonly isEdge: boolean; readonly report: Report },
): Word | null {
  const { text, span } = segment;
  const cannotUse = (state: string, help: string) =>
    report({ span, message: `Cannot use path segment "${text}": ${state}`, help });
  const name = (/\{([^{}]*)/.exec(text) ?? /^:(.*)/.exec(text))?.[1]?.trim();

  if (/^\{[^{}]*\}$/.test(text)) {
    if (name === undefined || name === "") {
      cannotUse("no marker in the braces", `Write the marker's name in the braces, as "{id}"`);
      return null;
    }
    if (!isSnakeCase(name)) cannotUse("not in snake_case", helpToNameMarker(name));
  } else if (text.split("{").length !== text.split("}").length) {
    cannotUse("unbalanced braces", `Write a marker as "{${markerNameOf(name)}}"`);
  } else if (/[{}]/.test(text)) {
    cannotUse("a marker must be the whole segment", "Put a slash on both sides of the marker");
  } else if (text.startsWith(":")) {
    cannotUse("a colon does not make a marker here", `Write it as "{${markerNameOf(name)}}"`);
  } else if (text === "") {
    if (!isEdge) cannotUse("it is empty", "Remove one of the slashes");
  } else if (/^\.\.?$/.test(text)) {
    cannotUse("clients resolve it away", "Remove the segment");
  } else if (!/^[A-Za-z0-9._~\s-]+$/.test(text)) {
    cannotUse(
      "characters that a URL would escape",
      `Use letters, digits, ".", "_", "~" and "-" only`,
    );
  }
  return name === undefined || name === "" ? null : { text: toSnakeCase(name), span };
}

function matches(path: string, own: string): boolean {
  return /^\/\{[^/]*\}$/.test(path) || path === own || own === "/docs" && path.startsWith("/docs/");
}
