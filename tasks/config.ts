/**
 * `deno task config`: prints the configuration that the service would start with, secrets left out, and
 * every mistake in it and in the files that it names. Whether a setting is missing depends on the project, so that
 * is read too; its own mistakes are reported as at boot. Exits with 1 if there are any. What only a start shows is
 * not tried: ports, and where the audit log goes.
 *
 * @module
 */
import { assertServable } from "../config/check_project.ts";
import { type Config, readConfig } from "../config/config.ts";
import { ConfigError } from "../config/config_error.ts";
import { effectiveSettings, formatSettings } from "../config/effective_settings.ts";
import { certificateOf } from "../config/replaceable.ts";
import { trustedIssuers } from "../config/trusted_issuer.ts";
import { settingWarnings } from "../config/unknown_settings.ts";
import { readControlFile } from "../routes/control/control_file.ts";
import { loadProject } from "../server/activation/project.ts";
import { certificateMistake } from "../server/listen/certificate.ts";
import { heedHelp } from "./usage.ts";

async function main(env: Readonly<Record<string, string>>): Promise<void> {
  Deno.stdout.writeSync(new TextEncoder().encode(formatSettings(effectiveSettings(env))));
  for (const warning of settingWarnings(env)) console.error(`Warning: ${warning}`);
  const config = readConfig(env);
  const outcomes = await Promise.allSettled([assertFiles(config), assertProject(config)]);
  const reasons = outcomes.flatMap((each) => each.status === "rejected" ? [each.reason] : []);
  if (reasons.length > 0) throw new Error(reasons.map(messageOf).join("\n"));
}

/** @throws {Error} if a file that is read as it is, rather than as a value, cannot be used */
async function assertFiles(config: Config): Promise<void> {
  const certificate = certificateOf(config);
  const mistake = certificate === null ? null : certificateMistake(certificate);
  const control = config.controlFile === null
    ? null
    : await readControlFile(config.controlFile).then(() => null, messageOf);
  const mistakes = [mistake, control].filter((each) => each !== null);
  if (mistakes.length > 0) throw new ConfigError(mistakes);
}

/** @throws {Error} if the project has mistakes, or needs settings that are missing */
async function assertProject(config: Config): Promise<void> {
  const { queries, routes } = await loadProject(config.cqlDir, { keyspace: config.keyspace });
  assertServable(config, {
    queries,
    routes: routes.map(({ route }) => route),
    issuers: trustedIssuers(config),
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

if (import.meta.main) {
  heedHelp("config");
  try {
    await main(Deno.env.toObject());
  } catch (error) {
    console.error(messageOf(error));
    Deno.exit(1);
  }
}
