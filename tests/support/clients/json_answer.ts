/**
 * What tests read in the JSON of an answer: of a page, of a problem, or of the OpenAPI document. Each has
 * its own members; a test knows which it has asked for, and fails where they are not there.
 *
 * @module
 */

export interface JsonAnswer {
  /** Of a page. */
  readonly items: readonly unknown[];
  readonly next_cursor: string | null;
  /** Of a problem. */
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
  readonly current: unknown;
  /** Of the OpenAPI document. */
  readonly paths: Readonly<Record<string, Readonly<Record<Method, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, ObjectSchema>> };
}

type Method = "get" | "put" | "post" | "patch" | "delete";

interface Operation {
  readonly parameters: readonly {
    readonly in: string;
    readonly name: string;
    readonly schema: Readonly<Record<string, unknown>>;
  }[];
  readonly requestBody: {
    readonly content: { readonly "application/json": { readonly schema: { $ref: string } } };
  };
}

interface ObjectSchema {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
}

/** The schema of an operation's body, which the document names. */
export function bodySchemaOf(operation: Operation, { components }: JsonAnswer): ObjectSchema {
  const { $ref } = operation.requestBody.content["application/json"].schema;
  const schema = components.schemas[$ref.slice($ref.lastIndexOf("/") + 1)];
  if (schema === undefined) throw new Error(`The document has no "${$ref}"`);
  return schema;
}

/** What a document says of a path. */
export function operationsAt(
  path: string,
  { paths }: JsonAnswer,
): Readonly<Record<Method, Operation>> {
  const operations = paths[path];
  if (operations === undefined) throw new Error(`The document has no path "${path}"`);
  return operations;
}
