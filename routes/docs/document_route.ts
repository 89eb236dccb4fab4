/**
 * `/openapi.json`: the whole document for anybody, and with `?for=me`, what the caller's token allows.
 *
 * @module
 */
import { Hono } from "hono";
import type { MiddlewareHandler } from "hono";
import { invalidInput } from "../../errors/invalid_input.ts";
import { authenticate } from "../auth/authenticate.ts";
import type { Possession } from "../auth/proof/possession.ts";
import type { TokenAuthenticator } from "../auth/token_authenticator.ts";
import type { AppEnv } from "../context.ts";
import { nameRoute } from "../middleware/name_route.ts";
import { shedLoad, type ShedLoadOptions } from "../middleware/shed_load.ts";
import type { PipelineStep } from "../step.ts";
import { throughSteps } from "../through_steps.ts";
import { createDocumentFor } from "../openapi/callable_document.ts";

export interface DocumentRouteOptions extends ShedLoadOptions {
  /** Null if no issuer is configured: then everybody may call everything. */
  readonly authenticator: TokenAuthenticator | null;
  readonly possession: Possession;
}

const PATH = "/openapi.json";

/** @param document as text; it does not change until the routes do */
export function createDocumentRoute(document: string, options: DocumentRouteOptions): Hono<AppEnv> {
  const documentFor = createDocumentFor(document);
  const app = new Hono<AppEnv>();
  app.get(PATH, throughSteps([nameRoute(PATH)]), ifForCaller(options), (context) => {
    const headers = { "content-type": "application/json" };
    const { identity } = context.get("request");
    if (identity === null) return context.body(document, 200, headers);
    return context.body(documentFor(identity.scopes), 200, {
      ...headers,
      "cache-control": "private, no-cache",
      "vary": "Authorization",
    });
  });
  return app;
}

/**
 * Where a request asks for what its caller may call: checks how it asks, authenticates it and takes a
 * place for it.
 */
function ifForCaller(options: DocumentRouteOptions): MiddlewareHandler<AppEnv> {
  const { authenticator, possession, addressOf } = options;
  const forCaller = throughSteps([
    checkParameter,
    ...authenticator === null ? [] : [
      possession.tellClients(),
      authenticate({ authenticator, possession, addressOf }),
    ],
    shedLoad(options),
  ]);
  return async function ifForCaller(context, next) {
    return context.req.query("for") === undefined ? await next() : await forCaller(context, next);
  };
}

const checkParameter: PipelineStep = {
  name: "checkParameter",
  enter(context) {
    if (context.req.queries("for")?.join() === "me") return;
    throw invalidInput([{
      pointer: "/query/for",
      detail: 'Expected "me": leave it out for the whole document',
    }]);
  },
};
