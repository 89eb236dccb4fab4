/**
 * The environment → the configuration: reads every row of `settings.ts`, applies `rules.ts`, and reports
 * every mistake at once.
 *
 * @module
 */
import { ConfigError } from "./config_error.ts";
import { exportsConsole } from "./console_export.ts";
import { type Draft, RULES, type SettingMistake } from "./rules.ts";
import { type Config, type Setting, type SettingName, SETTINGS } from "./settings/settings.ts";
import { type Environment, misspeltSettings } from "./unknown_settings.ts";

export type { Config } from "./settings/settings.ts";

const ROWS: readonly (Setting & { readonly name: SettingName })[] = Object.values(SETTINGS);

/**
 * Reads the configuration from an environment, given as a plain record.
 *
 * @param options `serves: false` for commands that only speak to Cassandra, and so need no key
 * @throws {ConfigError} with every mistake at once: missing, malformed, contradictory and misspelt settings
 */
export function readConfig(
  env: Environment,
  { serves = true }: { serves?: boolean } = {},
): Config {
  const mistakes: SettingMistake[] = [];
  const values = Object.entries<typeof ROWS[number]>(SETTINGS).map(([key, setting]) => [
    key,
    readSetting(env, setting, (problem) => mistakes.push({ name: setting.name, problem })),
  ]);
  // The table gives each key the type of its value; the compiler cannot follow that through a loop.
  const config = Object.fromEntries(values) as Config;
  const draft: Draft = {
    config,
    serves,
    exports: exportsConsole(env),
    isSet: (name) => isSet(env, name),
  };
  mistakes.push(...RULES.map((rule) => rule(draft)).filter((mistake) => mistake !== null));
  const inOrder = ROWS.flatMap(({ name }) => mistakes.filter((mistake) => mistake.name === name))
    .map(({ name, problem }) => `${name} ${problem}`);
  const all = [...inOrder, ...misspeltSettings(env)];
  if (all.length > 0) throw new ConfigError(all);
  return config;
}

/**
 * Reads some of the settings again. A mistake in any other does not matter: what it names may be used only at boot.
 *
 * @throws {ConfigError} with every mistake of these
 */
export function readSettings<Key extends keyof Config>(
  keys: readonly Key[],
  env: Environment,
): Pick<Config, Key> {
  const mistakes: string[] = [];
  const values = keys.map((key) => {
    const setting = SETTINGS[key] as typeof ROWS[number];
    const report = (problem: string) => void mistakes.push(`${setting.name} ${problem}`);
    return [key, readSetting(env, setting, report)];
  });
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return Object.fromEntries(values) as Pick<Config, Key>;
}

/** The value of one setting; reports what is wrong, and never the text of a secret. */
function readSetting(
  env: Environment,
  setting: typeof ROWS[number],
  report: (problem: string) => void,
): unknown {
  const text = textOf(env, setting, report) ?? setting.default;
  if (text === null) return null;
  return setting.kind.read(text, (expectation, part) => {
    if (setting.secret) report(`does not fit: ${expectation}`);
    else report(`${part === undefined ? `is "${text}"` : `has "${part}"`}: ${expectation}`);
  });
}

/** The text of a setting from its variable or its file; null if neither is set. */
function textOf(
  env: Environment,
  { name, secret }: typeof ROWS[number],
  report: (problem: string) => void,
): string | null {
  const text = env[name]?.trim() || null;
  const file = secret ? env[`${name}_FILE`]?.trim() : undefined;
  if (!file) return text;
  if (text !== null) report(`and ${name}_FILE are both set: keep one`);
  try {
    const content = Deno.readTextFileSync(file).trim();
    if (content !== "") return content;
    report(`cannot be read from ${name}_FILE "${file}": it is empty`);
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    report(`cannot be read from ${name}_FILE "${file}": ${reason}`);
    return text;
  }
}

function isSet(env: Environment, name: SettingName): boolean {
  const row = ROWS.find((row) => row.name === name);
  const names = row?.secret ? [name, `${name}_FILE`] : [name];
  return names.some((each) => Boolean(env[each]?.trim()));
}
