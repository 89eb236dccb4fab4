/**
 * Hand-written routes against the queries of the same project, and against each other: what would fail
 * at the first request is a mistake at boot. Pure.
 *
 * @module
 */
import type { Query } from "../../catalog/query.ts";
import { requirementText } from "../../catalog/tags/policy/require_tag.ts";
import { checkOwnPath, pathShape, readPath } from "../../catalog/tags/route/route_tag.ts";
import { placeOf } from "../../catalog/text/diagnose.ts";
import type { Diagnostic, SourceFile, Span } from "../../catalog/text/source.ts";
import { closest, suggest } from "../../catalog/text/suggest.ts";
import { componentNames } from "../openapi/component_names.ts";
import { checkSegments } from "./check_segments.ts";
import { findText, firstLine, type LoadedRoute } from "./load_routes.ts";
import { pathParamsMistake } from "./path_params.ts";

// More than a person reads.
const MAX_NAMES = 10;

/** Every mistake of the routes. */
export function checkRoutes(
  routes: readonly LoadedRoute[],
  queries: readonly Query[],
): Diagnostic[] {
  const described = routes.map(describe);
  return [
    ...routes.flatMap((loaded) => [
      ...checkQueries(loaded, queries),
      ...checkPath(loaded),
    ]),
    ...described.flatMap(({ diagnostics }) => diagnostics),
    ...checkRowNames(queries, described),
    ...checkClashes(routes, queries),
    ...checkSegments(
      routes.map(({ route, file }) => ({ route, span: findString(file, route.path) })),
      queries,
    ),
  ];
}

/** Checks the names of queries, and that a public route can give them all that they need. */
function checkQueries({ route, file }: LoadedRoute, queries: readonly Query[]): Diagnostic[] {
  return route.queries.flatMap((name) => {
    const span = findString(file, name);
    const query = queries.find((each) => each.name === name);
    if (query === undefined) {
      return [{ span, message: `Cannot find query "${name}"`, help: helpToFind(name, queries) }];
    }
    const claimed = query.params.find(({ source }) => source.in === "claim");
    const [required] = query.requirements;
    if (route.access.kind !== "public") return [];
    if (claimed === undefined && required === undefined) return [];
    const reason = claimed === undefined
      ? `it requires ${requirementText(required!)}`
      : `it takes "${claimed.name}" from a claim`;
    return [{
      span,
      message: `Cannot call "${name}": ${reason}, and callers of a public route have no token`,
      help: "Name a scope in the route's access, or call another query",
    }];
  });
}

function helpToFind(name: string, queries: readonly Query[]): string {
  const names = queries.map((each) => each.name);
  if (names.length === 0) return 'Write it into a file in "queries/", where there are none yet';
  if (closest(name, names) !== null || names.length <= MAX_NAMES) return suggest(name, names);
  return `Write it into a file in "queries/", or use one of the ${names.length} existing queries`;
}

/** Paths have the rules of `@route`, and a schema of the path has its names. */
function checkPath({ route, file }: LoadedRoute): Diagnostic[] {
  const mistakes: Diagnostic[] = [];
  const source: SourceFile = { path: file.path, text: route.path };
  const report = (mistake: Diagnostic) => mistakes.push(mistake);
  checkOwnPath(readPath({ file: source, start: 0, end: route.path.length }, report), report);
  const span = findString(file, route.path);
  const ofSchema = pathParamsMistake(route.description);
  return [
    ...mistakes.map(({ message, help }) => ({ span, message, help })),
    ...ofSchema === null ? [] : [{
      span,
      message: ofSchema,
      help: 'Use the same names in the path and in "request.params"',
    }],
  ];
}

/** The names of a route's schemas, or why it cannot stand in the OpenAPI document. */
function describe({ route, file }: LoadedRoute): Described {
  try {
    return { file, schemas: componentNames(route.description), diagnostics: [] };
  } catch (error) {
    const [reason] = (error as Error).message.split("\n", 1);
    const diagnostic = {
      span: findString(file, route.path),
      message: `Cannot describe route "${route.path}" in OpenAPI: ${reason}`,
      help: "Describe the schema with .openapi({ type: … })",
    };
    return { file, schemas: [], diagnostics: [diagnostic] };
  }
}

interface Described {
  readonly file: SourceFile;
  readonly schemas: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** No row has the name of a route's schema. */
function checkRowNames(queries: readonly Query[], described: readonly Described[]): Diagnostic[] {
  return queries.flatMap(({ row }) => {
    if (row === null) return [];
    const other = described.find(({ schemas }) => schemas.includes(row.name));
    if (other === undefined) return [];
    return [{
      span: row.span,
      message: `Cannot name a row "${row.name}": a hand-written route has a schema of that name`,
      help: `Choose another name; the schema is in ${other.file.path}`,
    }];
  });
}

/** No two routes have the same method and path, and no two operations the same id. */
function checkClashes(routes: readonly LoadedRoute[], queries: readonly Query[]): Diagnostic[] {
  const taken = new Map<string, Span>();
  for (const { name, nameSpan, route, operation } of queries) {
    if (route === null) continue;
    taken.set(`${route.method} ${pathShape(route.path)}`, route.span);
    taken.set(`operation ${operation ?? name}`, nameSpan);
  }
  return routes.flatMap(({ route, file }) => {
    const method = route.method.toUpperCase();
    const { operationId } = route.description;
    return [
      claim(`${method} ${pathShape(route.path)}`, findString(file, route.path), {
        message: `Duplicate route "${method} ${route.path}"`,
        help: "Change its method or path",
      }),
      operationId === undefined
        ? null
        : claim(`operation ${operationId}`, findString(file, operationId), {
          message: `Duplicate operation "${operationId}"`,
          help: "Change its operationId",
        }),
    ].filter((diagnostic) => diagnostic !== null);
  });

  function claim(key: string, span: Span, mistake: Omit<Diagnostic, "span">): Diagnostic | null {
    const first = taken.get(key);
    if (first === undefined) {
      taken.set(key, span);
      return null;
    }
    return { ...mistake, span, help: `${mistake.help}; the first is at ${placeOf(first)}` };
  }
}

/** Where a string stands in a file, with its quotes; the first line where it is put together elsewhere. */
function findString(file: SourceFile, text: string): Span {
  for (const quote of ['"', "'", "`"]) {
    const span = findText(file, `${quote}${text}${quote}`);
    if (span !== null) return span;
  }
  return firstLine(file);
}
