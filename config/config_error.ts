/**
 * The error for an environment that the process cannot start with.
 *
 * @module
 */

/** Every mistake of a configuration at once, for the person who starts the process. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    const count = mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`;
    super(
      `Cannot start: ${count} in the environment\n${mistakes.map((m) => `  ${m}`).join("\n")}\n` +
        `docs/configuration.md lists every setting`,
    );
    this.mistakes = mistakes;
  }
}
