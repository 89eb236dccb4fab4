/**
 * Settings from the environment, one by one: parsed, checked, and with every mistake kept until the end.
 *
 * @module
 */
import { closest } from "../catalog/text/suggest.ts";
import { type SettingName, SETTINGS } from "./settings.ts";

/** Every mistake of a configuration, for whoever starts the process. */
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

const FALLBACKS: ReadonlyMap<string, string | null> = new Map(
  SETTINGS.map((setting) => [setting.name, setting.fallback]),
);

const SECRETS: ReadonlySet<string> = new Set(
  SETTINGS.filter((setting) => "secret" in setting).map((setting) => setting.name),
);

/** Reads settings one by one and keeps the mistakes until the end. */
export class SettingReader {
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #mistakes: string[] = [];

  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env;
  }

  mistake(name: SettingName, what: string): void {
    this.#mistakes.push(`${name} ${what}`);
  }

  finish(): void {
    if (this.#mistakes.length > 0) throw new ConfigError(this.#mistakes);
  }

  optional(name: SettingName): string | null {
    const value = this.#env[name]?.trim();
    const file = SECRETS.has(name) ? this.#env[`${name}_FILE`]?.trim() : undefined;
    if (file) {
      if (value) this.mistake(name, `and ${name}_FILE are both set: keep one`);
      try {
        return Deno.readTextFileSync(file).trim();
      } catch (error) {
        this.mistake(name, `cannot be read from ${name}_FILE "${file}": ${reasonOf(error)}`);
        return null;
      }
    }
    return value ? value : FALLBACKS.get(name) ?? null;
  }

  text(name: SettingName): string {
    return this.optional(name) ?? "";
  }

  /** The text of the file that the setting names. */
  file(name: SettingName): string | null {
    const path = this.optional(name);
    if (path === null) return null;
    try {
      return Deno.readTextFileSync(path);
    } catch (error) {
      this.mistake(name, `is "${path}", which cannot be read: ${reasonOf(error)}`);
      return null;
    }
  }

  list(name: SettingName): string[] {
    return this.text(name).split(",").map((part) => part.trim()).filter((part) => part !== "");
  }

  integer(name: SettingName, range: { min: number; max: number }): number {
    const text = this.text(name);
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!(value >= range.min && value <= range.max)) {
      this.mistake(name, `is "${text}": expected an integer from ${range.min} to ${range.max}`);
    }
    return value;
  }

  choice<const T extends string>(name: SettingName, choices: readonly T[]): T {
    const text = this.text(name);
    const found = choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
    if (found === undefined) {
      this.mistake(name, `is "${text}": expected one of ${choices.join(", ")}`);
    }
    return found ?? choices[0]!;
  }

  contactPoint(point: string): string {
    const match = /^(\[[0-9a-fA-F:.]+\]|[^:\s/]+)(?::(\d+))?$/.exec(point);
    const port = Number(match?.[2] ?? 9042);
    if (!match || port < 1 || port > 65535) {
      this.mistake(
        "CASSANDRA_CONTACT_POINTS",
        `has "${point}": expected "host" or "host:port", "[address]:port" for IPv6`,
      );
    }
    return `${match?.[1]}:${port}`;
  }

  keyspace(name: SettingName): string {
    const text = this.text(name);
    if (!/^[a-z][a-z0-9_]{0,47}$/.test(text)) {
      this.mistake(
        name,
        `is "${text}": expected up to 48 lower-case letters, digits and underscores, a letter first`,
      );
    }
    return text;
  }

  replication(name: SettingName): Record<string, number> | null {
    const entries = this.list(name).map((part): [string, number] => {
      const match = /^([\w.-]+):([1-9]\d?)$/.exec(part);
      if (!match) this.mistake(name, `has "${part}": expected "dc:factor", such as "dc1:3"`);
      return [match?.[1] ?? "", Number(match?.[2])];
    });
    return entries.length === 0 ? null : Object.fromEntries(entries);
  }

  url(name: SettingName): string | null {
    const text = this.optional(name);
    if (text === null) return null;
    const url = URL.parse(text);
    if (url === null || !["https:", "http:"].includes(url.protocol)) {
      this.mistake(name, `is "${text}": expected a URL, such as "https://login.example.com"`);
    } else if (url.protocol === "http:" && !LOOPBACK.test(url.hostname)) {
      this.mistake(name, `is "${text}": only https is safe beyond this machine`);
    }
    return text;
  }

  keys(name: SettingName, { required }: { required: boolean }): Uint8Array[] {
    const keys = this.list(name).map((text) => {
      const key = decodeBase64(text);
      if (key?.length !== 32) {
        this.mistake(name, 'has a key that is not 32 bytes in base64: "openssl rand -base64 32"');
      }
      return key ?? new Uint8Array();
    });
    if (keys.length === 0 && required) {
      this.mistake(
        name,
        'is not set: make one with "openssl rand -base64 32" and give it to every replica',
      );
    }
    if (keys.length > 2) this.mistake(name, `has ${keys.length} keys: two are enough to rotate`);
    return keys;
  }

  together(first: SettingName, second: SettingName): void {
    const [a, b] = [this.#isSet(first), this.#isSet(second)];
    if (a && !b) this.mistake(second, `is not set, but ${first} is`);
    if (!a && b) this.mistake(first, `is not set, but ${second} is`);
  }

  #isSet(name: SettingName): boolean {
    const names = SECRETS.has(name) ? [name, `${name}_FILE`] : [name];
    return names.some((each) => Boolean(this.#env[each]?.trim()));
  }

  /** A misspelt setting would otherwise be a default that nobody chose. */
  unknownNames(): void {
    const known = [...FALLBACKS.keys()];
    for (const name of Object.keys(this.#env)) {
      const base = name.replace(/_FILE$/, "");
      if (FALLBACKS.has(name) || SECRETS.has(base) || !OWN_PREFIX.test(name)) continue;
      const near = closest(base, known);
      if (near === base) {
        this.#mistakes.push(`${name} cannot be read: only secrets come from files, set ${base}`);
      } else if (near !== null) {
        this.#mistakes.push(`${name} is no setting of this service: did you mean ${near}?`);
      }
    }
  }
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const OWN_PREFIX = /^(CASSANDRA|OIDC|CURSOR|CQL)_/;

function decodeBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
