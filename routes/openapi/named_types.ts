/**
 * User-defined types as components of the OpenAPI document: `postal_address` is `PostalAddress`, and what
 * a request may send for it is `PostalAddressInput`, since more than one JSON value may stand for a number.
 *
 * @module
 */
import { toPascalCase } from "../../catalog/text/pascal_case.ts";
import { MINUS_ZERO } from "../../codec/json/minus_zero.ts";
import type { NamedType } from "../../codec/parts/format.ts";

type Node = Readonly<Record<string, unknown>>;

interface Document {
  readonly components: { readonly schemas?: object };
}

/** The document with a reference in place of each schema of a user-defined type. */
export function withNamedTypes<T extends Document>(document: T): T {
  const { schemas = {} } = document.components;
  const named = new NamedTypes(Object.keys(schemas));
  const { components, ...rest } = named.replaceIn(document);
  return {
    ...rest,
    components: { ...components, schemas: { ...components.schemas, ...named.schemas() } },
  } as unknown as T;
}

class NamedTypes {
  readonly #taken: Set<string>;
  /** By name. */
  readonly #schemas = new Map<string, Node>();
  /** The names, by their descriptions. */
  readonly #names = new Map<string, string>();

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  schemas(): Record<string, Node> {
    return Object.fromEntries(this.#schemas);
  }

  replaceIn<T>(node: T): T {
    return this.#replace(node) as T;
  }

  #replace(node: unknown): unknown {
    if (Array.isArray(node)) return node.map((each) => this.#replace(each));
    if (typeof node !== "object" || node === null || node === MINUS_ZERO) return node;
    const { "x-type": type, ...rest } = node as Node & { readonly "x-type"?: NamedType };
    const replaced = Object.fromEntries(
      Object.entries(rest).map(([key, each]) => [key, this.#replace(each)]),
    );
    return type === undefined ? replaced : this.#referenceTo(type, replaced);
  }

  /** A description of the place stays there. */
  #referenceTo(
    { name, side, description }: NamedType,
    { type, description: said, ...rest }: Node,
  ): Node {
    const schema = { type: "object", description, ...rest };
    const key = JSON.stringify([name, side, schema]);
    const component = this.#names.get(key) ?? this.#take(name, side);
    this.#names.set(key, component);
    this.#schemas.set(component, schema);
    const reference = { $ref: `#/components/schemas/${component}` };
    const place = said === description ? {} : { description: said };
    const isNullable = Array.isArray(type) && type.includes("null");
    return isNullable
      ? { anyOf: [reference, { type: "null" }], ...place }
      : { ...reference, ...place };
  }

  #take(name: string, side: NamedType["side"]): string {
    const pascal = toPascalCase(name) || "Type";
    const wanted = side === "output" ? pascal : `${pascal}Input`;
    let free = this.#taken.has(wanted)
      ? `${pascal}Type${side === "output" ? "" : "Input"}`
      : wanted;
    for (let count = 2; this.#taken.has(free); count++) free = `${wanted}${count}`;
    this.#taken.add(free);
    return free;
  }
}
