/**
 * A route that shows a column with the name of a secret.
 *
 * @module
 */
import type { Query } from "../../../catalog/query.ts";
import { columnsOfTerm } from "../../../catalog/statement/names_of.ts";
import type { PreparedQuery } from "../../../db/prepare/prepared_query.ts";
import type { QueryGuardrail } from "../../guardrail.ts";

const SECRETS = ["password", "passwd", "passphrase", "secret", "salt", "cvv", "cvc", "ssn", "pin"];
/** Two words that together name a secret. */
const SECRET_PAIRS = [
  "api key",
  "private key",
  "secret key",
  "signing key",
  "access token",
  "refresh token",
  "session token",
  "reset token",
];
/** A name whose last word is one of these is about a secret, but not the secret itself. */
const ABOUT = ["at", "on", "by", "id", "count", "changed", "expires", "expiry", "type", "version"];

export const secretColumn: QueryGuardrail = {
  about: "query",
  severity: "error",
  finds: "A route that returns a column with the name of a secret, such as `password_hash`",
  cost: "Everyone who may call the route, or reads a log of its answers, has the secret",
  instead: "Leave the column out, and compare secrets in a hand-written route",
  source: "OWASP API Security › API3:2023 Broken Object Property Level Authorization",
  inspect({ query, schema }) {
    if (query.route === null) return [];
    const prepared = schema?.prepared ?? null;
    const named = selected(query, prepared);
    const secrets = named ?? (prepared === null ? [] : shown(prepared)).filter(isSecret);
    return [...new Set(secrets)].map((column) => ({
      span: query.nameSpan,
      message: `Cannot show "${column}": it has the name of a secret`,
    }));
  },
};

/** Whether a name is a secret's: `password_hash` and `apiKey` are, `password_changed_at` is not. */
export function isSecret(name: string): boolean {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase().split(/[^a-z0-9]+/);
  if (ABOUT.includes(words.at(-1) ?? "")) return false;
  const pairs = words.map((word, index) => `${word} ${words[index + 1] ?? ""}`);
  return words.some((word) => SECRETS.includes(word) || word === "apikey") ||
    pairs.some((pair) => SECRET_PAIRS.includes(pair));
}

/**
 * The secrets in a select list: the columns that it names, under whatever alias, or else the names that callers get, so
 * that a secret is reported once.
 *
 * @returns null without a list
 */
function selected({ parsed }: Query, prepared: PreparedQuery | null): string[] | null {
  if (parsed.kind !== "select" || parsed.selectors === null) return null;
  return parsed.selectors.flatMap(({ term, alias }, index) => {
    const secrets = columnsOfTerm(term).map(({ name }) => name).filter(isSecret);
    if (secrets.length > 0) return secrets;
    const name = alias?.name ?? prepared?.statement.columns[index]?.name ?? "";
    return isSecret(name) ? [name] : [];
  });
}

/** What callers get: rows, or what `@current` shows. */
function shown({ query: { verb }, columns, condition }: PreparedQuery): string[] {
  const visible = verb === "select" ? columns : condition?.shown ?? [];
  return visible.map(({ name }) => name);
}
