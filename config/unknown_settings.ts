/**
 * Names in the environment that look like a misspelt setting, which would otherwise be a default that
 * nobody chose.
 *
 * @module
 */
import { closest } from "../catalog/text/suggest.ts";
import { type Setting, SETTINGS } from "./settings/settings.ts";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A misspelt name with one of these prefixes stops the boot: it decides what is put on record, which cluster
 * is reached, which tokens are trusted and what encrypts cursors, where a default is dangerous. The other
 * settings are limits and ports with safe defaults, and other programs use names like theirs: those are
 * warned of.
 */
const OWN_PREFIX = /^(AUDIT|CASSANDRA|OIDC|CURSOR|CQL|DPOP)_/;

/** Of these, the prefixes that no other program is likely to use: each unknown name is a mistake. */
const ONLY_OURS = /^(AUDIT|CQL|DPOP)_/;

/** Settings of a single word that no other program is likely to have: a name with more words means them. */
const OWN_WORDS = ["DPOP", "GUARDRAILS"];

/**
 * Variables that Kubernetes sets for the ports of each service in the namespace; they look like settings if the
 * service's name does: `ADMIN_PORT_8001_TCP_ADDR`, `CASSANDRA_SERVICE_HOST`.
 */
const KUBERNETES = /_(SERVICE_(HOST|PORT)|PORT_\d+_(TCP|UDP|SCTP))(_|$)/;

/** The first port of such a service has a name that is not told apart by itself. */
const KUBERNETES_PORT = /^[A-Z]+_PORT$/;

/** Names that OpenSSL gave to files: `SSL_CERT_FILE` has the certificate authorities of the machine. */
const OPENSSL = /^SSL_\w+_(FILE|DIR)$/;

const ROWS: readonly Setting[] = Object.values(SETTINGS);
const NAMES: readonly string[] = ROWS.map(({ name }) => name);
const KNOWN: ReadonlySet<string> = new Set(
  ROWS.flatMap(({ name, secret }) => secret ? [name, `${name}_FILE`] : [name]),
);

/** The misspelt names that the service does not start with, as sentences. */
export function misspeltSettings(env: Environment): string[] {
  return sentencesOf(Object.keys(env).filter((name) => OWN_PREFIX.test(name)));
}

/** The names to warn of, since they may be misspelt settings, as sentences. */
export function settingWarnings(env: Environment): string[] {
  return sentencesOf(Object.keys(env).filter((name) => !OWN_PREFIX.test(name)));
}

function sentencesOf(names: readonly string[]): string[] {
  const others = names.filter((name) =>
    !KNOWN.has(name) && !KUBERNETES.test(name) && !OPENSSL.test(name)
  );
  return others.flatMap((name) => {
    const base = name.replace(/_FILE$/, "");
    const near = fileSetting(name) ?? nearest(base);
    if (near === null) return isOnlyOurs(name) ? [strangerOf(name)] : [];
    return near === base
      ? [`"${name}" is not read: only secrets come from files, set ${base}`]
      : [`"${name}" is not a known setting: did you mean ${near}?`];
  });
}

/** The setting of a file that a name has with another prefix: `OIDC_ROLES_FILE` is `ROLES_FILE`. */
function fileSetting(name: string): string | null {
  const rest = name.replace(OWN_PREFIX, "");
  if (rest === name || !rest.endsWith("_FILE")) return null;
  return NAMES.find((known) => known === rest || known.endsWith(`_${rest}`)) ?? null;
}

function isOnlyOurs(name: string): boolean {
  return ONLY_OURS.test(name) && !KUBERNETES_PORT.test(name);
}

/** Says of a name that is like none of ours which there are. */
function strangerOf(name: string): string {
  const prefix = ONLY_OURS.exec(name)![0];
  const settings = NAMES.filter((known) => known.startsWith(prefix));
  return `"${name}" is not a known setting: take it out, or set ${settings.join(" or ")}`;
}

/** The setting that a name was probably meant to be; null if it is something else. */
function nearest(name: string): string | null {
  if (NAMES.includes(name)) return name;
  const own = OWN_WORDS.find((word) => name.toUpperCase().split("_").includes(word));
  if (own !== undefined) return own;
  const related = NAMES.find((known) => isRelated(name, known));
  if (related !== undefined) return related;
  const prefix = OWN_PREFIX.exec(name)?.[0] ?? "";
  // A long prefix in common does not bring the rest nearer: `CURSOR_AGENT` is not `CURSOR_KEY`.
  const rests = NAMES.filter((known) => known.startsWith(prefix))
    .map((known) => known.slice(prefix.length));
  const rest = name.slice(prefix.length);
  const near = closest(rest, rests);
  // A long name is near to many: the short one has to agree.
  if (near === null || closest(near, [rest]) === null) return null;
  // The setting of another program, such as `DD_LOG_LEVEL`.
  if (prefix === "" && name.endsWith(`_${near}`)) return null;
  return prefix + near;
}

/**
 * Whether one name has the words of the other and more, as without a unit or with a word too many. Both
 * begin alike and have two words at least: `PORT_HTTP` is not about `PORT`.
 */
function isRelated(name: string, known: string): boolean {
  const [words, knownWords] = [name.split("_"), known.split("_")];
  if (words[0] !== knownWords[0] || Math.min(words.length, knownWords.length) < 2) return false;
  // Two words out of four may well be those of another program.
  const saysMuch = words.length * 2 > knownWords.length;
  return known.startsWith(name) || knownWords.every((word) => words.includes(word)) ||
    saysMuch && words.every((word) => knownWords.includes(word));
}
