/**
 * What the docs page keeps when the app is replaced because its routes change.
 *
 * @module
 */
import type { Observe } from "../../observe/observation.ts";
import { DocsFiles } from "./docs_files.ts";
import type { DocsOptions } from "./docs_page.ts";
import { createEndpointFinder } from "./login_endpoints.ts";

export type DocsResources = Pick<DocsOptions, "files" | "login">;

/** The settings that the page follows. */
export interface DocsSettings {
  /** People log in at the first. */
  readonly issuers: readonly { readonly issuer: string; readonly audience: string }[];
  readonly docsClientId: string | null;
  readonly docsScopes: string | null;
}

export function createDocsResources(settings: DocsSettings, observe: Observe): DocsResources {
  const { issuers: [first], docsClientId: clientId, docsScopes: scopes } = settings;
  const login = first === undefined || clientId === null ? null : {
    clientId,
    audience: first.audience,
    scopes,
    findEndpoints: createEndpointFinder(first.issuer, observe),
  };
  return { files: new DocsFiles(), login };
}
