/**
 * `/`: what this service is and where to read on, for somebody who knows nothing but its address. Says
 * nothing about the routes, which may not be for everybody.
 *
 * @module
 */
import type { Handler } from "hono";
import { html } from "hono/html";
import type { Addresses } from "../addresses.ts";
import type { AppEnv } from "../context.ts";
import { negotiate } from "../respond/negotiate.ts";
import type { ApiInfo } from "./document.ts";

export interface IndexOptions {
  readonly about: ApiInfo;
  readonly addresses: Addresses;
}

/** Answers in JSON, or as a page where the caller prefers one. */
export function serveIndex({ about, addresses }: IndexOptions): Handler<AppEnv> {
  const index = {
    name: about.title,
    description: about.description,
    docs: addresses.publicUrl("/docs"),
    openapi: addresses.publicUrl("/openapi.json"),
    ready: addresses.publicUrl("/readyz"),
  };
  const page = pageOf(index);
  return function serveIndex(context) {
    const type = negotiate(context.req.header("accept"), ["application/json", "text/html"]);
    context.header("vary", "Accept");
    if (type === "application/json") return context.json(index);
    context.header("content-security-policy", "default-src 'none'; img-src data:");
    return context.html(page);
  };
}

const pageOf = (
  { name, description, docs, openapi, ready }: Readonly<
    Record<"name" | "description" | "docs" | "openapi" | "ready", string>
  >,
) =>
  html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>${name}</title>
        <link rel="icon" href="data:,">
      </head>
      <body>
        <h1>${name}</h1>
        <p>${description}</p>
        <ul>
          <li><a href="${docs}">API reference</a></li>
          <li><a href="${openapi}">OpenAPI document</a></li>
          <li><a href="${ready}">Readiness</a></li>
        </ul>
      </body>
    </html>
  `;
