/**
 * Who is logged in, and which operations the token allows.
 *
 * @module
 */
import { ask } from "./ask.js";

/** The service does not take the token, whatever is tried again. */
export class RefusedTokenError extends Error {}

/**
 * Asks the service, which alone can say what a token is good for.
 *
 * @throws {RefusedTokenError} with what the service says of the token
 * @throws {Error} with what keeps the service from saying it
 */
export async function fetchCaller(token) {
  const headers = { authorization: `Bearer ${token}` };
  const [caller, allowed] = await Promise.all(
    ["docs/caller", "openapi.json?for=me"].map(async (path) => {
      const { response, body } = await ask(path, { headers, whom: "the service" });
      if (response.status === 401) throw new RefusedTokenError(body.detail);
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
    scheme.description = `You are logged in as ${
      asMarkdown(subject)
    }. A token that you enter here is sent in place of yours.`;
  }
  return own;
}

/** Text that reads the same in Markdown (CommonMark, section 2.4). */
function asMarkdown(text) {
  return text.replace(/[!-/:-@[-`{-~]/g, "\\$&");
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
