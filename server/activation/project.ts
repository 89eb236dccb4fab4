/**
 * `CQL_DIR` → a team's whole project: its queries, migrations and hand-written routes, or every mistake
 * in them at once. What only the cluster knows is checked later.
 *
 * @module
 */
import { withSegmentNames } from "../../catalog/checks/project/segment_names.ts";
import { loadCatalog } from "../../catalog/load.ts";
import type { Query } from "../../catalog/query.ts";
import { CatalogError, formatDiagnostics } from "../../catalog/text/diagnose.ts";
import type { Diagnostic } from "../../catalog/text/source.ts";
import {
  type Migration,
  MigrationError,
  readMigrations,
} from "../../db/migrate/files/migrations.ts";
import { checkRoutes } from "../../routes/handwritten/check_routes.ts";
import { segmentsOfRoutes } from "../../routes/handwritten/check_segments.ts";
import { type LoadedRoute, loadRoutes } from "../../routes/handwritten/load_routes.ts";

export interface Project {
  readonly queries: readonly Query[];
  /** Null if the project has no migrations. */
  readonly migrations: readonly Migration[] | null;
  readonly routes: readonly LoadedRoute[];
}

/** The mistakes in the files of a project; the message is the whole report. */
export class ProjectError extends Error {
  override readonly name = "ProjectError";
  /** The mistakes that have a place in a file. */
  readonly diagnostics: readonly Diagnostic[];
  /** What else is wrong, a report each. */
  readonly others: readonly string[];

  constructor(diagnostics: readonly Diagnostic[], others: readonly string[]) {
    const reports = diagnostics.length === 0 ? [] : [formatDiagnostics(diagnostics)];
    super([...reports, ...others].join("\n\n"));
    this.diagnostics = diagnostics;
    this.others = others;
  }
}

export interface ProjectOptions {
  /** The keyspace that the migrations are for. */
  readonly keyspace: string;
  /** Called for files that are left out although they look as if they were meant. */
  readonly warn?: ((message: string) => void) | undefined;
  /** Routes that were imported before: a process reads code once. */
  readonly routes?: readonly LoadedRoute[] | undefined;
  /** More mistakes to report with the others, once the routes are imported. */
  readonly inspect?: (routes: readonly LoadedRoute[]) => Promise<readonly Diagnostic[]>;
}

/**
 * @throws {ProjectError} with every mistake
 * @throws {Deno.errors.NotFound} if there is no project
 */
export async function loadProject(cqlDir: string, options: ProjectOptions): Promise<Project> {
  const { keyspace, warn = () => {} } = options;
  const [queries, migrations, imported] = await Promise.allSettled([
    loadCatalog(cqlDir, { warn }),
    readMigrations(cqlDir, { keyspace, warn }),
    options.routes === undefined
      ? loadRoutes(cqlDir, { warn })
      : { routes: options.routes, diagnostics: [] },
  ]);
  const diagnostics: Diagnostic[] = [];
  const others: string[] = [];
  for (const result of [queries, migrations, imported]) {
    if (result.status === "fulfilled") continue;
    const { reason } = result;
    if (reason instanceof CatalogError) diagnostics.push(...reason.diagnostics);
    else if (reason instanceof MigrationError) others.push(reason.message);
    else throw reason;
  }
  const found = imported.status === "fulfilled" ? imported.value : { routes: [], diagnostics: [] };
  diagnostics.push(...found.diagnostics);
  // A query with a mistake has no name yet that a route could be held against.
  if (queries.status === "fulfilled") diagnostics.push(...checkRoutes(found.routes, queries.value));
  if (options.inspect !== undefined) diagnostics.push(...await options.inspect(found.routes));
  if (diagnostics.length + others.length > 0) throw new ProjectError(diagnostics, others);
  return {
    queries: withSegmentNames(valueOf(queries), segmentsOfRoutes(found.routes)),
    migrations: valueOf(migrations),
    routes: found.routes,
  };
}

function valueOf<T>(result: PromiseSettledResult<T>): T {
  if (result.status === "rejected") throw result.reason;
  return result.value;
}
