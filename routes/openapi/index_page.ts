/**
 * `/`: what this service is, whether it is ready, and where to read on, for somebody who only knows its
 * address. Says nothing about the routes, which may not be for everybody.
 *
 * @module
 */
import { Hono } from "hono";
import { html, raw } from "hono/html";
import { secureHeaders } from "hono/secure-headers";
import { createHash } from "node:crypto";
import type { Addresses } from "../addresses.ts";
import type { AppEnv } from "../context.ts";
import { nameRoute } from "../middleware/name_route.ts";
import { throughSteps } from "../through_steps.ts";
import { answerSmall } from "../respond/answer_bytes.ts";
import { negotiate } from "../respond/negotiate.ts";
import type { ApiInfo } from "./document.ts";

export interface IndexOptions {
  readonly about: ApiInfo;
  readonly addresses: Addresses;
  /** Why the service is not ready; null while it is. */
  readonly unreadiness: () => string | null;
}

const STYLE = `
:root { color-scheme: light dark; font: 1.1rem/1.6 system-ui, sans-serif; }
body { max-width: 40rem; margin: 15vh auto; padding: 0 1rem; }
`;

/** An app with only this page: in JSON, or in HTML where the caller prefers it. */
export function createIndex({ about, addresses, unreadiness }: IndexOptions): Hono<AppEnv> {
  const index = {
    name: about.title,
    description: about.description,
    docs: addresses.publicUrl("/docs"),
    openapi: addresses.publicUrl("/openapi.json"),
    ready: addresses.publicUrl("/readyz"),
  };
  const styleHash = createHash("sha256").update(STYLE).digest("base64");
  const app = new Hono<AppEnv>();
  app.get(
    "/",
    throughSteps([nameRoute("/")]),
    secureHeaders({
      xFrameOptions: "DENY",
      // Every answer has these two by the settings.
      strictTransportSecurity: false,
      crossOriginResourcePolicy: false,
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: [`'sha256-${styleHash}'`],
        imgSrc: ["data:"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    }),
    async (context) => {
      const type = negotiate(context.get("request").headers.get("accept"), [
        "application/json",
        "text/html",
      ]);
      // It says whether the service is ready now.
      const headers = { "vary": "Accept", "cache-control": "no-store" };
      return type === "application/json"
        ? context.json(index, 200, headers)
        : answerSmall(context, `${await pageOf(index, unreadiness())}`, {
          headers: { ...headers, "content-type": "text/html; charset=UTF-8" },
        });
    },
  );
  return app;
}

function pageOf(
  index: Readonly<Record<"name" | "description" | "docs" | "openapi" | "ready", string>>,
  unreadiness: string | null,
) {
  const state = unreadiness === null ? "Ready" : `Not ready: ${unreadiness}`;
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>${index.name}</title>
        <link rel="icon" href="data:,">
        <style>${raw(STYLE)}</style>
      </head>
      <body>
        <h1>${index.name}</h1>
        <p>${index.description}</p>
        <ul>
          <li><a href="${index.docs}">API reference</a></li>
          <li><a href="${index.openapi}">OpenAPI document</a></li>
          <li><a href="${index.ready}">${state}</a></li>
        </ul>
      </body>
    </html>
  `;
}
