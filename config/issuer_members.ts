/**
 * The members of an issuer in `OIDC_ISSUERS`, one row each: how its JSON becomes a value, and its value if it
 * is left out. Any other member is a mistake.
 *
 * @module
 */
import { type ClaimPath, parseClaimPath } from "../catalog/text/claim_path.ts";
import { quote } from "../catalog/text/quote.ts";
import { closest } from "../catalog/text/suggest.ts";
import { USUAL_SCOPE_CLAIMS } from "../catalog/text/usual_scope_claims.ts";
import { isJsonObject } from "../codec/json/json_object.ts";
import { SIGNATURE_ALGORITHMS } from "../codec/jwk/signature_algorithms.ts";
import { keySetFile, rolesFile } from "./settings/kinds/file_kinds.ts";
import { type Fail, tokenTypes } from "./settings/kinds/setting_kind.ts";
import type {
  ClaimLimit,
  ClaimValue,
  IntrospectionClient,
  TrustedIssuer,
} from "./trusted_issuer.ts";
import { issuerUrl } from "./settings/kinds/web_address.ts";

/** What a member needs to be read. */
interface Surroundings {
  /** The folder of the list, which relative paths begin at. */
  readonly folder: string;
  /** Reports what is wrong with the issuer. */
  readonly fail: (expectation: string) => void;
}

type ReadMember<Value> = (json: unknown, surroundings: Surroundings) => Value;

type Members = {
  readonly [Key in keyof TrustedIssuer]: {
    readonly name: string;
    /** The value if the member is left out; without it, the member is required. */
    readonly absent?: TrustedIssuer[Key];
    readonly read: ReadMember<TrustedIssuer[Key]>;
  };
};

const MEMBERS: Members = {
  issuer: { name: "issuer", read: readIssuer },
  audience: { name: "audience", read: readAudience },
  keyFile: { name: "jwks_file", absent: null, read: readKeyFile },
  introspection: { name: "introspection", absent: null, read: readIntrospection },
  algorithms: { name: "algorithms", absent: SIGNATURE_ALGORITHMS, read: readAlgorithms },
  tokenTypes: { name: "token_types", absent: [], read: readTokenTypes },
  scopeClaims: { name: "scope_claims", absent: null, read: readScopeClaims },
  roles: { name: "roles_file", absent: new Map(), read: readRoles },
  claims: { name: "claims", absent: [], read: readClaims },
};

/** The issuer that an object describes. If it calls `fail`, its result is never used. */
export function readIssuerMembers(
  json: Readonly<Record<string, unknown>>,
  surroundings: Surroundings,
): TrustedIssuer {
  const { fail } = surroundings;
  const names = Object.values(MEMBERS).map(({ name }) => name);
  for (const name of Object.keys(json).filter((name) => !names.includes(name))) {
    const near = closest(name, names);
    const help = near === null ? `the members are ${names.join(", ")}` : `did you mean "${near}"?`;
    fail(`"${name}" is not a member of an issuer: ${help}`);
  }
  function member<Key extends keyof TrustedIssuer>(key: Key): TrustedIssuer[Key] {
    const { name, absent, read } = MEMBERS[key];
    if (absent !== undefined && !Object.hasOwn(json, name)) return absent;
    return read(json[name], {
      ...surroundings,
      fail: (expectation) => fail(`its "${name}" does not fit: ${expectation}`),
    });
  }
  if (["introspection", "jwks_file"].every((name) => Object.hasOwn(json, name))) {
    fail(
      'it has both "introspection" and "jwks_file": a token that the issuer is asked about needs no keys',
    );
  }
  const scopeClaims = member("scopeClaims");
  const claims = member("claims");
  assertScopesLimited({ scopeClaims, claims }, fail);
  return {
    issuer: member("issuer"),
    audience: member("audience"),
    keyFile: member("keyFile"),
    introspection: member("introspection"),
    algorithms: member("algorithms"),
    tokenTypes: member("tokenTypes"),
    scopeClaims,
    roles: member("roles"),
    claims,
  };
}

/** Each of the claims with scopes grants what it has: a limit on one of them limits nothing. */
function assertScopesLimited(
  { scopeClaims, claims }: Pick<TrustedIssuer, "scopeClaims" | "claims">,
  fail: Surroundings["fail"],
): void {
  const limited = new Set(claims.map(({ path }) => textOf(path)));
  const granting = (scopeClaims ?? USUAL_SCOPE_CLAIMS).map(textOf);
  const open = granting.filter((claim) => !limited.has(claim));
  if (open.length === 0 || open.length === granting.length) return;
  const [some, others] = [granting.filter((claim) => limited.has(claim)), open].map((names) =>
    names.join(", ")
  );
  fail(
    `its "claims" limit ${some}, and it may grant any scope in ${others}: limit these too, or let "scope_claims" name only what is limited`,
  );
}

/** A path as it is written in the list. */
function textOf(path: ClaimPath): string {
  return path.map((name) => /^[\w-]+$/.test(name) ? name : quote(name)).join(".");
}

function readIssuer(json: unknown, { fail }: Surroundings): string {
  return typeof json === "string" ? issuerUrl().read(json, fail) : notText(json, fail);
}

function readAudience(json: unknown, { fail }: Surroundings): string {
  return isText(json) ? json : notText(json, fail);
}

function notText(json: unknown, fail: Fail): string {
  fail(json === undefined ? "it is missing" : "expected a text that is not empty");
  return "";
}

function readAlgorithms(json: unknown, { fail }: Surroundings): readonly string[] {
  return textsOf(json, fail).filter((name) => {
    const isKnown = SIGNATURE_ALGORITHMS.includes(name);
    if (!isKnown) fail(`"${name}" is not one of ${SIGNATURE_ALGORITHMS.join(", ")}`);
    return isKnown;
  });
}

function readTokenTypes(json: unknown, { fail }: Surroundings): readonly string[] {
  return textsOf(json, fail).flatMap((type) =>
    tokenTypes().read(type, (expectation, part) => fail(`"${part}": ${expectation}`))
  );
}

function readScopeClaims(json: unknown, { fail }: Surroundings): readonly ClaimPath[] {
  return textsOf(json, fail).map((text) => readPath(text, fail));
}

function readRoles(
  json: unknown,
  { folder, fail }: Surroundings,
): ReadonlyMap<string, readonly string[]> {
  if (!isText(json)) {
    notText(json, fail);
    return new Map();
  }
  return rolesFile().read(
    pathFrom(folder, json),
    (expectation, part) => fail(`${part === undefined ? "" : `"${part}": `}${expectation}`),
  );
}

function readKeyFile(json: unknown, { folder, fail }: Surroundings): string | null {
  return isText(json) ? keySetFile().read(pathFrom(folder, json), fail) : notText(json, fail);
}

function readIntrospection(
  json: unknown,
  { folder, fail }: Surroundings,
): IntrospectionClient | null {
  const { client_id: clientId, client_secret_file: file, ...others } = isJsonObject(json)
    ? json
    : {};
  if (!isText(clientId) || !isText(file) || Object.keys(others).length > 0) {
    fail('expected {"client_id": "…", "client_secret_file": "<path>"}');
    return null;
  }
  try {
    const clientSecret = Deno.readTextFileSync(pathFrom(folder, file)).trim();
    if (clientSecret === "") fail("the file of the secret is empty");
    return { clientId, clientSecret };
  } catch (error) {
    fail(`the secret cannot be read: ${error instanceof Error ? error.message : error}`);
    return null;
  }
}

function isText(json: unknown): json is string {
  return typeof json === "string" && json !== "";
}

function pathFrom(folder: string, path: string): string {
  return path.startsWith("/") ? path : folder + path;
}

function readClaims(json: unknown, { fail }: Surroundings): readonly ClaimLimit[] {
  if (!isJsonObject(json)) {
    fail('expected an object of lists, such as {"tenant": ["acme", "globex"]}');
    return [];
  }
  return Object.entries(json).map(([name, values]) => {
    const fits = Array.isArray(values) && values.length > 0 && values.every(isClaimValue);
    if (!fits) fail(`"${name}" needs a list of texts, integers, true or false`);
    return { path: readPath(name, fail), values: new Set<ClaimValue>(fits ? values : []) };
  });
}

function isClaimValue(json: unknown): json is ClaimValue {
  return typeof json === "string" || typeof json === "boolean" || Number.isSafeInteger(json);
}

function readPath(text: string, fail: Fail): ClaimPath {
  const path = parseClaimPath(text);
  if (path === null) {
    fail(`"${text}" is not a path such as realm_access.roles, with other names in double quotes`);
  }
  return path ?? [];
}

function textsOf(json: unknown, fail: Fail): readonly string[] {
  const fits = Array.isArray(json) && json.length > 0 &&
    json.every((text) => typeof text === "string");
  if (!fits) fail("expected a list of texts");
  return fits ? json : [];
}
