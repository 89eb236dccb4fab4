/**
 * The routes that are served now. A new app replaces the old one whole when the queries, the migrations or the
 * schema have changed; until there is a first one, requests of the API are answered with 503.
 *
 * @module
 */
import { assertServable } from "../config/check_project.ts";
import type { Config } from "../config/config.ts";
import type { TrustedIssuer } from "../config/trusted_issuer.ts";
import type { PreparedQuery } from "../db/prepare/prepared_query.ts";
import type { Observe, UnreachableQuery } from "../observe/observation.ts";
import { type App, createApp } from "../routes/app.ts";
import type { HandwrittenRoute } from "../routes/handwritten/define_route.ts";
import { createCursors } from "../routes/paging/cursors.ts";
import { createCursorBox } from "../routes/paging/seal_cursor.ts";
import { Activation } from "../server/activation/activation.ts";
import { isAnyServable, queriesByRoute, type RouteQueries } from "../server/servable_routes.ts";
import type { ApiParts } from "./api_parts.ts";
import type { Database } from "./database.ts";

export interface ServedRoutes {
  /** Makes the routes of the files, again and again. */
  readonly activation: Activation;
  /** Answers a request by the routes that are served now. */
  readonly fetch: Deno.ServeHandler<Deno.NetAddr>;
  /** Takes note of the queries that too few replicas are up for: the service is ready while any route is left. */
  noteUnreachable(unreachable: readonly UnreachableQuery[]): void;
  /** From now on the service is not ready. */
  noteClosing(): void;
}

export interface ServedRoutesOptions {
  readonly parts: ApiParts;
  readonly database: Database;
  readonly issuers: readonly TrustedIssuer[];
  /** Whether there is an audit log. */
  readonly isAudited: boolean;
  readonly observe: Observe;
}

/** Serves nothing yet: that begins when the activation runs. */
export function createServedRoutes(config: Config, options: ServedRoutesOptions): ServedRoutes {
  const { parts, database, issuers, isAudited, observe } = options;
  const { session, availability, executor, cursorTable } = database;
  const cursors = createCursors(cursorTable, createCursorBox(config.cursorKeys));
  let isClosing = false;
  function appFor(
    prepared: readonly PreparedQuery[] | null,
    handwritten: readonly HandwrittenRoute[],
  ): App {
    return createApp({
      ...parts,
      prepared,
      handwritten,
      executor,
      cursors,
      unreadiness: () => isClosing ? "it is shutting down" : activation.obstacle,
    });
  }
  let app = appFor(null, []);
  let routes: readonly RouteQueries[] = [];
  const activation = new Activation({
    session,
    cqlDir: config.cqlDir,
    keyspace: config.keyspace,
    consistency: config.consistency,
    guardrails: config.guardrails,
    cursorTable,
    observe,
    check({ queries, routes }) {
      const served = { queries, routes: routes.map(({ route }) => route), issuers };
      assertServable(config, served);
      if (!isAudited && queries.some((query) => query.audit)) {
        const message = 'AUDIT_LOG is "off": what "@audit" asks for is not put on record';
        observe({ kind: "warning", message, cause: undefined });
      }
    },
    serve(prepared, loaded) {
      const handwritten = loaded.map(({ route }) => route);
      app = appFor(prepared, handwritten);
      routes = queriesByRoute(prepared, handwritten);
      availability.watch(prepared);
    },
  });
  return {
    activation,
    fetch: (request, info) => app.fetch(request, info),
    noteUnreachable: (unreachable) => activation.noteServable(isAnyServable(routes, unreachable)),
    noteClosing() {
      isClosing = true;
    },
  };
}
