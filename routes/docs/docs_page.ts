/**
 * `/docs`: the API reference, and a bar above it to log in, all from files that are served here. Works
 * offline, and under a content security policy that lets the page speak only to this service, and to the
 * issuer's token endpoint where people can log in.
 *
 * No script is inline, and none is evaluated. The reference gets two concessions: it makes `<style>`
 * elements, for which it has a nonce, and it sets `style` attributes.
 *
 * @module
 */
import { Hono } from "hono";
import { html } from "hono/html";
import { ABOUT_API, ABOUT_CALLER, auditRefusals } from "../audit/audit_refusals.ts";
import type { Auditing } from "../audit/record.ts";
import type { Possession } from "../auth/proof/possession.ts";
import type { TokenAuthenticator } from "../auth/token_authenticator.ts";
import { authenticate } from "../auth/authenticate.ts";
import type { AppEnv } from "../context.ts";
import { shedLoad, type ShedLoadOptions } from "../middleware/shed_load.ts";
import { throughSteps } from "../through_steps.ts";
import type { ApiInfo } from "../openapi/document.ts";
import { matchesTag, parseTagList } from "../input/entity_tag.ts";
import { answer } from "../respond/answer.ts";
import { answerSmall } from "../respond/answer_bytes.ts";
import { acceptsGzip } from "../respond/body/compress.ts";
import type { DocsFiles } from "./docs_files.ts";
import { answerContent } from "./kept_content.ts";
import type { FindEndpoints, LoginEndpoints } from "./login_endpoints.ts";

/** How people log in on the page. */
export interface DocsLogin {
  /** A public client at the issuer. */
  readonly clientId: string;
  /** The claim `aud` of the tokens that are asked for. */
  readonly audience: string;
  /** The scopes to ask the issuer for, separated by spaces; null for the scopes of all routes. */
  readonly scopes: string | null;
  readonly findEndpoints: FindEndpoints;
}

export interface DocsOptions extends ShedLoadOptions {
  readonly files: DocsFiles;
  readonly about: Pick<ApiInfo, "title">;
  /** Null if people cannot log in: then they paste a token. */
  readonly login: DocsLogin | null;
  /** Null if no issuer is configured: then nobody has a token. */
  readonly authenticator: TokenAuthenticator | null;
  readonly possession: Possession;
  /** Null if nothing is put on record. */
  readonly auditing: Auditing | null;
}

export function createDocs(options: DocsOptions): Hono<AppEnv> {
  const { files, about, login, authenticator, possession, auditing, addressOf, load } = options;
  const docs = new Hono<AppEnv>();
  docs.get("/", async (context) => {
    const endpoints = await login?.findEndpoints() ?? null;
    const nonce = crypto.getRandomValues(new Uint8Array(16)).toBase64();
    const page = pageOf(about.title, { nonce, settings: settingsOf(login, endpoints) });
    const headers = {
      "content-type": "text/html; charset=UTF-8",
      "content-security-policy": policyOf(nonce, endpoints),
      "cache-control": "no-store",
    };
    return answerSmall(context, `${await page}`, { headers });
  });
  if (authenticator !== null) {
    const guard = throughSteps([
      ...auditRefusals(ABOUT_CALLER, auditing),
      possession.tellClients(),
      authenticate({ authenticator, possession, addressOf, load }),
    ]);
    docs.get("/caller", guard, (context) => {
      const { issuer, subject, clientId, scopes, expiresAt } = context.get("request").identity!;
      const caller = {
        issuer,
        subject,
        client_id: clientId,
        scopes: [...scopes],
        expires_at: new Date(expiresAt).toISOString(),
      };
      return context.json(caller, 200, { "cache-control": "no-store", "vary": "Authorization" });
    });
  }
  const letIn = throughSteps([...auditRefusals(ABOUT_API, auditing), shedLoad(options)]);
  docs.get("/:file", letIn, async (context) => {
    const file = await files.get(context.req.param("file"));
    if (file === null) return context.notFound();
    const { type, digest, content } = file;
    // A cache must not take what is in gzip for what is not (RFC 9110, section 8.8.3.3).
    const tag = acceptsGzip(context.req.header("accept-encoding")) ? `${digest}-gzip` : digest;
    const etag = `"${tag}"`;
    const known = parseTagList(context.req.header("if-none-match") ?? "");
    // Asked for again each time, so that a page never runs with files of another version.
    const headers = { etag, "content-type": type, "cache-control": "no-cache" };
    if (known === null || !matchesTag(known, tag, "weak")) {
      return await answerContent(context, content, headers);
    }
    return answer(null, {
      status: 304,
      headers: { etag, "cache-control": "no-cache, no-transform", "vary": "Accept-Encoding" },
    });
  });
  return docs;
}

function policyOf(nonce: string, endpoints: LoginEndpoints | null): string {
  const issuer = endpoints === null ? "" : ` ${new URL(endpoints.token).origin}`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    // The reference shows an image that it has received by an address of its own making.
    "img-src 'self' data: blob:",
    `connect-src 'self'${issuer}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** The settings that the page passes to its script. */
interface PageSettings {
  /** Whether people can log in; "later" while the issuer does not answer. */
  readonly canLogIn: "yes" | "no" | "later";
  readonly login: (Omit<DocsLogin, "findEndpoints"> & LoginEndpoints) | null;
}

function settingsOf(login: DocsLogin | null, endpoints: LoginEndpoints | null): PageSettings {
  if (login === null) return { canLogIn: "no", login: null };
  if (endpoints === null) return { canLogIn: "later", login: null };
  const { clientId, audience, scopes } = login;
  return { canLogIn: "yes", login: { clientId, audience, scopes, ...endpoints } };
}

// Everything is named relative to the page, so that it is found behind any prefix.
const pageOf = (
  title: string,
  { nonce, settings }: { readonly nonce: string; readonly settings: PageSettings },
) =>
  html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta property="csp-nonce" content="${nonce}">
        <title>${title}: API reference</title>
        <link rel="icon" href="data:,">
        <link rel="stylesheet" href="docs/docs.css">
      </head>
      <body data-settings="${JSON.stringify(settings)}">
        <header id="bar">
          <a id="title" href="docs">${title}</a>
          <a id="document" href="openapi.json">OpenAPI</a>
          <details id="caller" hidden>
            <summary></summary>
            <div>
              <dl></dl>
              <label><input type="checkbox"> Show only what I may call</label>
            </div>
          </details>
          <button id="log-in" type="button" hidden>Log in</button>
          <button id="log-out" type="button" hidden>Log out</button>
        </header>
        <p id="notice" role="status" hidden></p>
        <noscript>
          <p>This page needs JavaScript. The API is described by <a href="openapi.json">its OpenAPI
            document</a>, too.</p>
        </noscript>
        <main id="reference"></main>
        <script type="module" src="docs/docs.js"></script>
      </body>
    </html>
  `;
