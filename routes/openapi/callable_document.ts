/**
 * The OpenAPI document for one caller: the operations that the scopes of its token allow, and the
 * components that these refer to. It says nothing that the whole document does not say.
 *
 * A client may ask for any part of its scopes, so there can be very many documents: each operation and each
 * component is made into text once, and a document is joined from these texts.
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
  const parts = new Parts(whole);
  const kept = new Map<string, Kept>();
  return (scopes) => {
    const allowed = operations.filter(({ operation }) => allows(operation, scopes));
    const key = allowed.map(({ index }) => index).join();
    const part = kept.get(key) ?? keep(documentOf(whole, allowed, parts));
    kept.delete(key);
    kept.set(key, part);
    if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value!);
    return part;
  };
}

interface Located {
  readonly index: number;
  readonly path: string;
  readonly method: string;
  readonly operation: JsonObject;
}

function operationsIn({ paths }: JsonObject): Located[] {
  return entriesOf(paths).flatMap(([path, item]) =>
    entriesOf(item).flatMap(([method, operation]) =>
      isObject(operation) ? [{ path, method, operation }] : []
    )
  ).map((located, index) => ({ index, ...located }));
}

/** Whether the scopes meet an alternative of the operation's security requirement. */
function allows({ security }: JsonObject, scopes: ReadonlySet<string>): boolean {
  const alternatives = Array.isArray(security) ? security : [];
  return alternatives.length === 0 || alternatives.some((alternative) => {
    const needed = isObject(alternative) ? alternative[SECURITY_SCHEME] : null;
    return Array.isArray(needed) && needed.every((scope) => scopes.has(String(scope)));
  });
}

/** The document with only these operations, and what they refer to. */
function documentOf(
  whole: JsonObject,
  operations: readonly Located[],
  parts: Parts,
): string {
  const paths = new Map<string, [string, string][]>();
  const { paths: _paths, components: _components, ...rest } = whole;
  const needed = referencesIn(rest);
  for (const { path, method, operation } of operations) {
    const { text, references } = parts.textOf(operation);
    paths.getOrInsertComputed(path, () => []).push([method, text]);
    for (const reference of references) needed.add(reference);
  }
  const members = Object.entries(whole).map(([name, value]): [string, string] => {
    if (name === "paths") {
      return [name, joined([...paths].map(([path, methods]) => [path, joined(methods)]))];
    }
    return [name, name === "components" ? parts.componentsOf(needed) : JSON.stringify(value)];
  });
  return joined(members);
}

/** A part of a document, and the names of the components that it refers to, as in `schemas/Problem`. */
interface PartText {
  readonly text: string;
  readonly references: Set<string>;
}

/** The operations and components of a document, each made into text once. */
class Parts {
  readonly #components: Json;
  readonly #texts = new WeakMap<object, PartText>();

  constructor({ components }: JsonObject) {
    this.#components = components;
  }

  /** Made at the first request. */
  textOf(part: object): PartText {
    const known = this.#texts.get(part);
    if (known !== undefined) return known;
    const made = { text: JSON.stringify(part), references: referencesIn(part) };
    this.#texts.set(part, made);
    return made;
  }

  /** Those with these names, and those that they refer to. Security schemes are all kept. */
  componentsOf(names: ReadonlySet<string>): string {
    const needed = new Set(names);
    // What is added meanwhile is looked at, too.
    for (const name of needed) {
      const [kind, member] = name.split("/") as [string, string];
      const component = entryOf(entryOf(this.#components, kind), member);
      if (!isObject(component)) continue;
      for (const reference of this.textOf(component).references) needed.add(reference);
    }
    return joined(
      entriesOf(this.#components).map(([kind, members]) => [
        kind,
        joined(
          entriesOf(members)
            .filter(([name]) => kind === "securitySchemes" || needed.has(`${kind}/${name}`))
            .map(([name, member]) => [
              name,
              isObject(member) ? this.textOf(member).text : JSON.stringify(member),
            ]),
        ),
      ]),
    );
  }
}

function joined(members: readonly (readonly [string, string])[]): string {
  return `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")}}`;
}

function referencesIn(part: object): Set<string> {
  const references = new Set<string>();
  const rest: Json[] = [part];
  while (rest.length > 0) {
    const value = rest.pop();
    if (typeof value !== "object" || value === null) continue;
    rest.push(...Object.values(value));
    const reference = isObject(value) ? value.$ref : null;
    const [, name] = /^#\/components\/([^/]+\/[^/]+)$/.exec(String(reference)) ?? [];
    if (name !== undefined) references.add(name);
  }
  return references;
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
