/**
 * `/`: what this service is and where to read on, for somebody who knows nothing but its address. Says
 * nothing about the API itself, which may not be for everybody.
 *
 * @module
 */
import type { Handler } from "hono";
import type { AppEnv } from "../context.ts";
import { negotiate } from "../respond/negotiate.ts";

const INDEX = {
  name: "cqlgate",
  description: "Cassandra queries as a REST API",
  docs: "/docs",
  openapi: "/openapi.json",
  ready: "/readyz",
};

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${INDEX.name}</title>
    <link rel="icon" href="data:,">
  </head>
  <body>
    <h1>${INDEX.name}</h1>
    <p>${INDEX.description}.</p>
    <ul>
      <li><a href="${INDEX.docs}">API reference</a></li>
      <li><a href="${INDEX.openapi}">OpenAPI document</a></li>
      <li><a href="${INDEX.ready}">Readiness</a></li>
    </ul>
  </body>
</html>
`;

/** Answers in JSON, or as a page where the caller prefers one. */
export function serveIndex(): Handler<AppEnv> {
  return function serveIndex(context) {
    const type = negotiate(context.req.header("accept"), ["application/json", "text/html"]);
    context.header("vary", "Accept");
    if (type === "application/json") return context.json(INDEX);
    context.header("content-security-policy", "default-src 'none'; img-src data:");
    return context.html(PAGE);
  };
}
