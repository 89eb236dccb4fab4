/**
 * Which scopes a project names: the demo users of the local provider have them.
 *
 * @module
 */
import type { Access } from "../../catalog/query.ts";
import type { Project } from "../../server/activation/project.ts";
import type { ProjectScopes } from "./users.ts";

export function scopesOf(
  { queries, routes }: Pick<Project, "queries" | "routes">,
): ProjectScopes {
  const served = [
    ...queries.flatMap(({ route, access }) =>
      route === null ? [] : { method: route.method, access }
    ),
    ...routes.map(({ route: { method, access } }) => ({ method, access })),
  ];
  const reads = served.filter(({ method }) => method.toUpperCase() === "GET");
  const unmasking = queries.flatMap(({ masks }) => masks.flatMap(({ unless }) => unless));
  const all = unique([...served.flatMap(namesIn), ...unmasking]);
  return { all, reading: unique(reads.flatMap(namesIn)) };
}

function namesIn({ access }: { readonly access: Access }): readonly string[] {
  return access.kind === "scopes" ? access.anyOf.flat() : [];
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
