/**
 * `/docs`: the API reference, from files of the package that are part of the build. Works offline, and
 * under a content security policy that allows nothing from elsewhere and nothing inline.
 *
 * @module
 */
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { html } from "hono/html";
import type { AppEnv } from "../context.ts";
import type { ApiInfo } from "./document.ts";

// Everything is named relative to the page, so that it is found behind any prefix.
const pageOf = (title: string) =>
  html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>${title}: API reference</title>
        <link rel="icon" href="data:,">
        <link rel="stylesheet" href="docs/swagger-ui.css">
      </head>
      <body>
        <div id="reference"></div>
        <script src="docs/swagger-ui-bundle.js"></script>
        <script src="docs/start.js"></script>
      </body>
    </html>
  `;

const START = `SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  validatorUrl: null,
  tryItOutEnabled: true,
});
`;

/** The files, loaded when somebody first opens the page: an API that nobody reads pays nothing. */
const FILES: Readonly<Record<string, { type: string; load(): Promise<string> }>> = {
  "swagger-ui.css": {
    type: "text/css; charset=utf-8",
    load: async () =>
      (await import("swagger-ui-dist/swagger-ui.css", { with: { type: "text" } })).default,
  },
  "swagger-ui-bundle.js": {
    type: "text/javascript; charset=utf-8",
    load: async () =>
      (await import("swagger-ui-dist/swagger-ui-bundle.js", { with: { type: "text" } })).default,
  },
  "start.js": { type: "text/javascript; charset=utf-8", load: () => Promise.resolve(START) },
};

export function createDocs({ title }: Pick<ApiInfo, "title">): Hono<AppEnv> {
  const docs = new Hono<AppEnv>();
  docs.use(secureHeaders({
    xFrameOptions: "DENY",
    // Every answer has these two by the settings.
    strictTransportSecurity: false,
    crossOriginResourcePolicy: false,
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", "data:"],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  }));
  docs.get("/", (context) => context.html(pageOf(title)));
  docs.get("/:file", async (context) => {
    const name = context.req.param("file");
    const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
    if (file === undefined) return context.notFound();
    const text = await file.load();
    return context.body(text, 200, { "content-type": file.type, "cache-control": "max-age=3600" });
  });
  return docs;
}
