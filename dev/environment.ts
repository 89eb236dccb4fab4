/**
 * The settings of a service on a developer's machine: what the environment says, and sensible defaults where
 * it says nothing.
 *
 * @module
 */
import { DEV_DIRECTORY } from "./directory.ts";
import { DOCS_CLIENT_ID } from "./oidc/people.ts";
import { DEV_AUDIENCE } from "./oidc/provider.ts";
import { DEV_ISSUER } from "./oidc/token_request.ts";

export interface DevSetup {
  readonly env: Readonly<Record<string, string>>;
  /** Whether a Cassandra is to be started, and an OIDC provider: the environment names none. */
  readonly ownCassandra: boolean;
  readonly ownProvider: boolean;
}

export const CASSANDRA_PORT = 9042;

export async function devSetup(
  given: Readonly<Record<string, string | undefined>>,
): Promise<DevSetup> {
  const ownCassandra = !given.CASSANDRA_CONTACT_POINTS && !given.CASSANDRA_SECURE_BUNDLE;
  const ownProvider = !given.OIDC_ISSUER && !given.OIDC_ISSUERS;
  const defaults = {
    HOST: "127.0.0.1",
    PORT: "8000",
    ADMIN_PORT: "8001",
    CASSANDRA_LOCAL_DATACENTER: "dc1",
    CASSANDRA_REPLICATION: "dc1:1",
    DOCS: "on",
    DRAIN_DELAY_MS: "0",
    LOG_FORMAT: Deno.stdout.isTerminal() ? "pretty" : "json",
    ...(ownCassandra ? { CASSANDRA_CONTACT_POINTS: `127.0.0.1:${CASSANDRA_PORT}` } : {}),
    ...(ownProvider
      ? { OIDC_ISSUER: DEV_ISSUER, OIDC_AUDIENCE: DEV_AUDIENCE, DOCS_CLIENT_ID }
      : {}),
    ...(given.CURSOR_KEY_FILE ? {} : { CURSOR_KEY: await keptSecret("cursor-key") }),
    ...(given.IDEMPOTENCY_SECRET_FILE
      ? {}
      : { IDEMPOTENCY_SECRET: await keptSecret("idempotency-secret") }),
    ...(given.MASK_SECRET_FILE ? {} : { MASK_SECRET: await keptSecret("mask-secret") }),
  };
  // A name that is set to nothing counts as not set.
  const set = Object.entries(given).filter((entry): entry is [string, string] => !!entry[1]);
  return { env: { ...defaults, ...Object.fromEntries(set) }, ownCassandra, ownProvider };
}

/** A random secret, kept so that cursors and hashes made with it outlive a restart. */
async function keptSecret(name: string): Promise<string> {
  const file = `${DEV_DIRECTORY}/${name}`;
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const key = crypto.getRandomValues(new Uint8Array(32)).toBase64();
  await Deno.writeTextFile(file, key, { mode: 0o600 });
  return key;
}
