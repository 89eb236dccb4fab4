/**
 * `deno task config`: prints the configuration that the service would start with, secrets left out, and
 * every mistake in it. Exits with 1 if there are any.
 *
 * @module
 */
import { readConfig } from "../config/config.ts";
import { ConfigError } from "../config/config_error.ts";
import { effectiveSettings, formatSettings } from "../config/effective_settings.ts";
import { settingWarnings } from "../config/unknown_settings.ts";

function main(env: Readonly<Record<string, string>>): void {
  Deno.stdout.writeSync(new TextEncoder().encode(formatSettings(effectiveSettings(env))));
  for (const warning of settingWarnings(env)) console.error(`Warning: ${warning}`);
  try {
    readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
}

if (import.meta.main) main(Deno.env.toObject());
