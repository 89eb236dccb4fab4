/**
 * Who is logged in, and which operations the token allows.
 *
 * @module
 */

/**
 * Asks the service, which alone can say what a token is good for.
 *
 * @throws {Error} with what the service says of the token
 */
export async function fetchCaller(token) {
  const headers = { authorization: `Bearer ${token}` };
  const [caller, allowed] = await Promise.all(
    ["docs/caller", "openapi.json?for=me"].map(async (path) => {
      const response = await fetch(path, { headers });
      const body = await response.json();
      if (!response.ok) throw new Error(body.detail);
      return body;
    }),
  );
  return { ...caller, allowed };
}

/** Every operation of a document, with its path and method. */
export function operationsIn(document) {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation }))
  );
}

/** The document with a badge on each operation that the caller may not call. */
export function withBadges(document, { allowed, scopes }) {
  const marked = structuredClone(document);
  for (const { path, method, operation } of operationsIn(marked)) {
    if (allowed.paths[path]?.[method] !== undefined) continue;
    const [lacking] = lackingScopes(operation, scopes);
    operation["x-badges"] = [{
      name: `You lack ${lacking.join(" and ")}`,
      position: "after",
      color: "#b45309",
    }];
  }
  return marked;
}

/** The document saying who requests are sent as, where the reference has a field for a token. */
export function withCaller(document, { subject }) {
  const own = structuredClone(document);
  for (const scheme of Object.values(own.components?.securitySchemes ?? {})) {
    scheme.description =
      `You are logged in as ${subject}. A token that you enter here is sent in place of yours.`;
  }
  return own;
}

/** For each alternative, the scopes that the caller lacks; the shortest first. */
function lackingScopes({ security }, scopes) {
  return security
    .map((alternative) =>
      Object.values(alternative).flat().filter((each) => !scopes.includes(each))
    )
    .sort((one, other) => one.length - other.length);
}

/** Every scope that an operation of the document asks for. */
export function scopesOf(document) {
  const scopes = operationsIn(document)
    .flatMap(({ operation }) => operation.security ?? [])
    .flatMap((alternative) => Object.values(alternative).flat());
  return [...new Set(scopes)].sort();
}
