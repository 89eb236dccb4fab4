/**
 * The OpenAPI document of an app, as the text that `/openapi.json` answers with.
 *
 * @module
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Addresses } from "../addresses.ts";
import type { Possession } from "../auth/proof/possession.ts";
import type { AppEnv } from "../context.ts";
import { SECURITY_SCHEME } from "./describe/describe_route.ts";
import { withNamedTypes } from "./named_types.ts";
import { withSplitTypes } from "./split_types.ts";
import { problemExamples } from "./describe_problems.ts";

/** Longer ones say no more: a vector of a thousand numbers. */
const MAX_EXAMPLE_LENGTH = 400;

const BOUND =
  ", bound to a key of the client; each request has a proof in the header `DPoP` (RFC 9449)";

/** How an API describes itself. */
export interface ApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description: string;
}

export interface DocumentOptions {
  readonly about: ApiInfo;
  readonly addresses: Addresses;
  /** Whose tokens are taken. */
  readonly issuers: readonly string[];
  readonly possession: Pick<Possession, "schemes">;
}

export function makeDocument(
  app: OpenAPIHono<AppEnv>,
  { about, addresses, issuers, possession }: DocumentOptions,
): string {
  const isBearer = possession.schemes.includes("Bearer");
  if (issuers.length > 0) {
    // Not "openIdConnect": the docs page would offer to fetch the issuer's metadata, which its policy
    // forbids, and no field for a token.
    app.openAPIRegistry.registerComponent("securitySchemes", SECURITY_SCHEME, {
      type: "http",
      ...(isBearer ? { scheme: "bearer", bearerFormat: "JWT" } : { scheme: "dpop" }),
      description: `An access token of the issuer ${
        issuers.map((issuer) => `\`${issuer}\``).join(" or ")
      }${isBearer ? "" : BOUND}`,
    });
  }
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { ...about },
    // A client joins it with a path, and its slash.
    servers: [{ url: addresses.publicUrl("") || "/" }],
  });
  const examples = problemExamples(document.paths ?? {});
  const complete = { ...document, components: { ...document.components, examples } };
  return JSON.stringify(withSplitTypes(withNamedTypes(complete)), withoutLongExamples);
}

function withoutLongExamples(key: string, value: unknown): unknown {
  if (key !== "example" || value === undefined) return value;
  return JSON.stringify(value).length > MAX_EXAMPLE_LENGTH ? undefined : value;
}
