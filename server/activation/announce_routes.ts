/**
 * Logs what there is to say about routes once they are served.
 *
 * @module
 */
import { opaqueWarnings } from "../../db/prepare/facts/opaque_warning.ts";
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import type { Observe } from "../../observe/observation.ts";
import { deprecatedRoutes } from "./deprecated_routes.ts";
import type { Project } from "./project.ts";
import { compareQueries } from "./query_changes.ts";

export interface ServedRoutes {
  readonly project: Project;
  /** What was served until now; null at the first time. */
  readonly before: Project | null;
  readonly prepared: readonly PreparedQuery[];
  /** How long it took to derive them. */
  readonly durationMs: number;
}

export function announceRoutes(
  observe: Observe,
  { project, before, prepared, durationMs }: ServedRoutes,
): void {
  const { queries, routes, migrations } = project;
  if (project !== before) {
    const changes = compareQueries(before?.queries ?? [], queries);
    observe({ kind: "reload", succeeded: true, isFirst: before === null, changes });
  }
  observe({
    kind: "routes",
    queries: prepared.map(({ query: { name, bulk, cache } }) => ({
      name,
      bulk: bulk !== null,
      cached: cache !== null,
    })),
    deprecated: deprecatedRoutes(queries, routes),
    migration: migrations?.at(-1)?.version ?? null,
    durationMs,
  });
  for (const message of opaqueWarnings(queries)) {
    observe({ kind: "warning", message, cause: null });
  }
}
