/**
 * The demo users of the local OIDC provider. They and their secrets exist only in
 * development.
 *
 * @module
 */

/** Someone who may ask the local provider for a token. */
export interface DemoUser {
  readonly tenant: string;
  readonly secret: string;
  readonly scopes: readonly string[];
}

/** The demo users by name, which is their client id too. */
export const DEMO_USERS: Readonly<Record<string, DemoUser>> = {
  writer: {
    tenant: "acme",
    secret: "writer-secret",
    scopes: ["stations:read", "stations:write", "observations:read", "observations:write"],
  },
  reader: {
    tenant: "globex",
    secret: "reader-secret",
    scopes: ["stations:read", "observations:read"],
  },
};
