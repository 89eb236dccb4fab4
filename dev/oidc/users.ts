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

/** By name, which is the client id too. */
export type DemoUsers = Readonly<Record<string, DemoUser>>;

/** The scopes that a project names. */
export interface ProjectScopes {
  readonly all: readonly string[];
  /** Of the routes that only read. */
  readonly reading: readonly string[];
}

/** The scopes of the example project. */
const EXAMPLE: ProjectScopes = {
  all: ["stations:read", "stations:write", "observations:read", "observations:write"],
  reading: ["stations:read", "observations:read"],
};

/** One who may do all that a project has scopes for, and one of another tenant who may only read. */
export function demoUsers({ all, reading }: ProjectScopes = EXAMPLE): DemoUsers {
  return {
    writer: { tenant: "acme", secret: "writer-secret", scopes: all },
    reader: { tenant: "globex", secret: "reader-secret", scopes: reading },
  };
}

/** The scopes that a client may ask for, as the provider takes them: without any, a client may ask for all. */
export function clientScope(scopes: readonly string[]): string {
  return scopes.join(" ") || "openid";
}
