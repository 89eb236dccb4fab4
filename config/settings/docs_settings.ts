/**
 * The settings of the documentation that the service serves about itself.
 *
 * @module
 */
import type { Setting } from "./setting.ts";
import { choice, line, scopeNames } from "./kinds/setting_kind.ts";

export const DOCS_SETTINGS = {
  docs: {
    name: "DOCS",
    default: "off",
    kind: choice(["on", "off"]),
    meaning:
      "`on` serves `/docs`, `/openapi.json` and `/`, and suggests routes to unknown paths (the default in dev): see [Operations](operations.md#the-docs-page)",
  },
  docsClientId: {
    name: "DOCS_CLIENT_ID",
    default: null,
    kind: line(),
    meaning:
      "Public client at the issuer that people log in with on `/docs`; without it they paste a token",
  },
  docsScopes: {
    name: "DOCS_SCOPES",
    default: null,
    kind: scopeNames(),
    meaning:
      "The scopes that `/docs` requests from the issuer, separated by spaces; by default the scopes of all routes",
  },
} as const satisfies Readonly<Record<string, Setting>>;
