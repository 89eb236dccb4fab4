/**
 * The OpenAPI document for one caller: the operations that the scopes of its token allow, and the
 * components that these refer to. It says nothing that the whole document does not say.
 *
 * @module
 */
import { SECURITY_SCHEME } from "./describe/describe_route.ts";

type Json = unknown;
type JsonObject = Readonly<Record<string, Json>>;

/** The document for a caller with these scopes. */
export type DocumentFor<Kept> = (scopes: ReadonlySet<string>) => Kept;

/** Callers differ far more than the sets of operations that they may call. */
const MAX_KEPT = 32;

/**
 * @param document the whole document, as text
 * @param keep makes of the text of a document what is kept of it
 */
export function createDocumentFor<Kept>(
  document: string,
  keep: (text: string) => Kept,
): DocumentFor<Kept> {
  const whole: JsonObject = JSON.parse(document);
  const operations = operationsIn(whole);
  const kept = new Map<string, Kept>();
  return (scopes) => {
    const allowed = operations.map(({ operation }) => allows(operation, scopes));
    const key = allowed.map(Number).join("");
    const part = kept.get(key) ??
      keep(JSON.stringify(withOperations(whole, operations.filter((_, index) => allowed[index]))));
    kept.delete(key);
    kept.set(key, part);
    if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value!);
    return part;
  };
}

interface Located {
  readonly path: string;
  readonly method: string;
  readonly operation: JsonObject;
}

function operationsIn({ paths }: JsonObject): Located[] {
  return entriesOf(paths).flatMap(([path, item]) =>
    entriesOf(item).flatMap(([method, operation]) =>
      isObject(operation) ? [{ path, method, operation }] : []
    )
  );
}

/** Whether the scopes meet an alternative of the operation's security requirement. */
function allows({ security }: JsonObject, scopes: ReadonlySet<string>): boolean {
  const alternatives = Array.isArray(security) ? security : [];
  return alternatives.length === 0 || alternatives.some((alternative) => {
    const needed = isObject(alternative) ? alternative[SECURITY_SCHEME] : null;
    return Array.isArray(needed) && needed.every((scope) => scopes.has(String(scope)));
  });
}

/** The document with only these operations. */
function withOperations(whole: JsonObject, operations: readonly Located[]): JsonObject {
  const paths: Record<string, Record<string, Json>> = {};
  for (const { path, method, operation } of operations) {
    paths[path] = { ...paths[path], [method]: operation };
  }
  const components = componentsFor({ ...whole, components: {}, paths }, whole.components);
  return { ...whole, paths, components };
}

/** The components that a document refers to, by way of others too. Security schemes are all kept. */
function componentsFor(document: JsonObject, components: Json): JsonObject {
  const needed = new Set<string>();
  const rest: Json[] = [document];
  while (rest.length > 0) {
    const value = rest.pop();
    if (typeof value !== "object" || value === null) continue;
    rest.push(...Object.values(value));
    const reference = isObject(value) ? value.$ref : null;
    const [, kind, name] = /^#\/components\/([^/]+)\/([^/]+)$/.exec(String(reference)) ?? [];
    if (kind === undefined || name === undefined || needed.has(`${kind}/${name}`)) continue;
    needed.add(`${kind}/${name}`);
    rest.push(entryOf(entryOf(components, kind), name));
  }
  return Object.fromEntries(
    entriesOf(components).map(([kind, members]) => [
      kind,
      kind === "securitySchemes" ? members : Object.fromEntries(
        entriesOf(members).filter(([name]) => needed.has(`${kind}/${name}`)),
      ),
    ]),
  );
}

function entryOf(value: Json, name: string): Json {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function entriesOf(value: Json): [string, Json][] {
  return isObject(value) ? Object.entries(value) : [];
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
