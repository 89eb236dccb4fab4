/**
 * `deno task config`: prints the configuration that the service would start with, secrets left out, and
 * every mistake in it. Whether a setting is missing depends on the project, so that is read too; its own
 * mistakes are reported as at boot. Exits with 1 if there are any.
 *
 * @module
 */
import { assertServable } from "../config/check_project.ts";
import { readConfig } from "../config/config.ts";
import { effectiveSettings, formatSettings } from "../config/effective_settings.ts";
import { trustedIssuers } from "../config/trusted_issuer.ts";
import { settingWarnings } from "../config/unknown_settings.ts";
import { loadProject } from "../server/activation/project.ts";
import { heedHelp } from "./usage.ts";

async function main(env: Readonly<Record<string, string>>): Promise<void> {
  Deno.stdout.writeSync(new TextEncoder().encode(formatSettings(effectiveSettings(env))));
  for (const warning of settingWarnings(env)) console.error(`Warning: ${warning}`);
  const config = readConfig(env);
  const { queries, routes } = await loadProject(config.cqlDir, { keyspace: config.keyspace });
  assertServable(config, {
    queries,
    routes: routes.map(({ route }) => route),
    issuers: trustedIssuers(config),
  });
}

if (import.meta.main) {
  heedHelp("config");
  try {
    await main(Deno.env.toObject());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
