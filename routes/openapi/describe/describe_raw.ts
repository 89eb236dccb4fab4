/**
 * What `@raw` makes of a route's OpenAPI description: bytes in place of JSON, on the way in or out.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Raw } from "../../../catalog/query.ts";
import { typesOf } from "../../respond/modes/raw.ts";

const bytes = z.string().openapi({ type: "string", format: "binary" });

function contentOf(types: readonly string[]) {
  return Object.fromEntries(types.map((type) => [type, { schema: bytes }]));
}

/** The body of a write. */
export function rawBody({ types }: Raw) {
  return { required: true, content: contentOf(types) };
}

/** The answer of a read. */
export function rawContent(raw: Raw) {
  return { description: "The content, as it was stored", content: contentOf(typesOf(raw)) };
}
