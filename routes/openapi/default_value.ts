/**
 * The default of a parameter as the OpenAPI document says it: the JSON of the bytes that are bound where
 * the client sends nothing.
 *
 * @module
 */
import type { z } from "@hono/zod-openapi";
import type { Json } from "../../codec/codec.ts";
import type { PreparedParam } from "../../db/prepare/prepared_query.ts";

/**
 * The schema with the parameter's default, if it has a default. In a body, the description states it:
 * openapi-typescript makes a member with a `default` one that every request must have.
 */
export function withDefault(
  schema: z.ZodType<unknown>,
  prepared: PreparedParam,
): z.ZodType<unknown> {
  const value = defaultValue(prepared, schema);
  if (value === null) return schema;
  const meta = schema.meta();
  if (prepared.param.source.in !== "body") return schema.meta({ ...meta, default: value });
  const description = `${meta?.description ?? "A value"}; \`${JSON.stringify(value)}\` if left out`;
  return schema.meta({ ...meta, description });
}

function defaultValue(
  { param, codec }: PreparedParam,
  schema: z.ZodType<unknown>,
): Json {
  if (param.default === null) return null;
  const bytes = codec.encode(codec.text.parse(param.default));
  const json = codec.decode(bytes, 0, bytes.length);
  if (param.source.in === "body") return json;
  const { type, items } = schema.meta() ?? {};
  // A list in the query: the parameter once for each member.
  if (type === "array" && Array.isArray(json)) return json.map((each) => asText(each, items));
  return asText(json, schema.meta());
}

/** A value outside the body: a composite is JSON text there. */
function asText(json: Json, described: unknown): Json {
  const isText = typeof described === "object" && described !== null && "type" in described &&
    described.type === "string";
  return isText && typeof json !== "string" ? JSON.stringify(json) : json;
}
