/**
 * What `deno task check` warns of in a project that has no mistake: queries that nobody can call, and prose that looks
 * like a tag whose `@` is missing. Both may be meant, so neither keeps a service from starting.
 *
 * @module
 */
import type { Query } from "../catalog/query.ts";
import { TAG_NAMES } from "../catalog/tags/tags.ts";
import { placeOf } from "../catalog/text/diagnose.ts";
import { quote } from "../catalog/text/quote.ts";

/** The parts of a project that the warnings are about. */
export interface WarnedProject {
  readonly queries: readonly Query[];
  /** The hand-written routes, each with the names of the queries that it calls. */
  readonly routes: readonly { readonly route: { readonly queries: readonly string[] } }[];
}

/** One line for each of them, by the order of the queries. */
export function projectWarnings({ queries, routes }: WarnedProject): string[] {
  const called = new Set(routes.flatMap(({ route }) => route.queries));
  return queries.flatMap((query) => {
    const { name, nameSpan, description } = query;
    const place = placeOf(nameSpan);
    const tags = description.split("\n").filter(isLikeTag);
    const missing = tags.map((line) =>
      `${place}: ${quote(line)} is prose of "${name}": if it is meant as a tag, write "@${line}"`
    );
    if (query.route !== null || called.has(name)) return missing;
    return [
      ...missing,
      `${place}: Nobody can call "${name}": it has no @route, and no hand-written route names it`,
    ];
  });
}

/** What values of tags have and sentences lack: `key=value`, `a:b`, a path, a marker, a rate. */
const LIKE_VALUE = /\w=|\w:\w|(?:^|\s)\/\w|\{|\d\/[smhd]/;

/** Whether a line of prose is a tag but for its `@`. A sentence may begin with the name of a tag, too. */
function isLikeTag(line: string): boolean {
  const [first = "", ...rest] = line.trim().split(/\s+/);
  const isName = TAG_NAMES.some((name) => name === first);
  return isName && !/[.!?:,;]$/.test(line) && LIKE_VALUE.test(rest.join(" "));
}
