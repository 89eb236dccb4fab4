/**
 * An OpenAPI document without references, for tests of what it says and not of where.
 *
 * @module
 */

/** The document with a copy of each schema in place of a reference to it. */
export function inlined<T extends object>(document: T): T {
  function expand(node: unknown): unknown {
    if (Array.isArray(node)) return node.map(expand);
    if (typeof node !== "object" || node === null) return node;
    if ("$ref" in node && String(node.$ref).startsWith("#/components/schemas/")) {
      return expand(find(document, String(node.$ref)));
    }
    return Object.fromEntries(Object.entries(node).map(([key, each]) => [key, expand(each)]));
  }
  return expand(document) as T;
}

function find(document: object, reference: string): unknown {
  return reference.slice("#/".length).split("/").reduce<unknown>(
    (at, key) => (at as Readonly<Record<string, unknown>>)[key],
    document,
  );
}
