/**
 * `/openapi.json`: the whole document for anybody, and with `?for=me`, what the caller's token allows.
 *
 * @module
 */
import { Hono } from "hono";
import type { MiddlewareHandler } from "hono";
import { invalidInput } from "../../errors/invalid_input.ts";
import { ABOUT_API, ABOUT_CALLER, auditRefusals } from "../audit/audit_refusals.ts";
import type { Auditing } from "../audit/record.ts";
import { authenticate } from "../auth/authenticate.ts";
import type { Possession } from "../auth/proof/possession.ts";
import type { TokenAuthenticator } from "../auth/token_authenticator.ts";
import type { AppEnv } from "../context.ts";
import { nameRoute } from "../middleware/name_route.ts";
import { shedLoad, type ShedLoadOptions } from "../middleware/shed_load.ts";
import type { PipelineStep } from "../step.ts";
import { throughSteps } from "../through_steps.ts";
import { createDocumentFor } from "../openapi/callable_document.ts";
import { answerContent, KeptContent } from "./kept_content.ts";

export interface DocumentRouteOptions extends ShedLoadOptions {
  /** Null if no issuer is configured: then everybody may call everything. */
  readonly authenticator: TokenAuthenticator | null;
  readonly possession: Possession;
  /** Null if nothing is put on record. */
  readonly auditing: Auditing | null;
}

const PATH = "/openapi.json";

/** @param text of the document; it does not change until the routes do */
export function createDocumentRoute(text: string, options: DocumentRouteOptions): Hono<AppEnv> {
  const document = new KeptContent(text);
  const documentFor = createDocumentFor(text, (part) => new KeptContent(part));
  const app = new Hono<AppEnv>();
  app.get(PATH, throughSteps([nameRoute(PATH)]), letIn(options), async (context) => {
    const { identity } = context.get("request");
    const type = { "content-type": "application/json" };
    if (identity === null) {
      return await answerContent(context, document, { ...type, "cache-control": "no-store" });
    }
    return await answerContent(context, documentFor(identity.scopes), {
      ...type,
      "cache-control": "private, no-cache",
      "vary": "Authorization",
    });
  });
  return app;
}

/**
 * Takes a place for a request. Where it asks for what its caller may call, checks before how it asks, and authenticates
 * it.
 */
function letIn(options: DocumentRouteOptions): MiddlewareHandler<AppEnv> {
  const { authenticator, possession, auditing, addressOf, load } = options;
  const forCaller = throughSteps([
    checkParameter,
    ...auditRefusals(ABOUT_CALLER, auditing),
    ...authenticator === null ? [] : [
      possession.tellClients(),
      authenticate({ authenticator, possession, addressOf, load }),
    ],
    shedLoad(options),
  ]);
  const forAnybody = throughSteps([...auditRefusals(ABOUT_API, auditing), shedLoad(options)]);
  return async function letIn(context, next) {
    const isForCaller = context.req.query("for") !== undefined;
    return await (isForCaller ? forCaller : forAnybody)(context, next);
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
