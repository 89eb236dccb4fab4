/**
 * The problem responses of a route in the OpenAPI document, from the registry of codes. There is one
 * example for each code, which the responses refer to.
 *
 * @module
 */
import { type RouteConfig, z } from "@hono/zod-openapi";
import type { RouteTrait } from "../../errors/code_row.ts";
import { type Code, CODES, codesOf } from "../../errors/codes.ts";
import { problemDocument } from "../../errors/problem_document.ts";
import { type InputError, ServiceError } from "../../errors/service_error.ts";
import { problemSchema } from "../respond/problem.ts";

/** The problems that say what of the row is there now, where the route lets them. */
const WITH_CURRENT: readonly number[] = [
  CODES.not_applied.status,
  CODES.precondition_failed.status,
];

/**
 * The answers of a route with these traits when it fails, by status.
 *
 * @param current the schema of that member, and what problems that have it are called; null if the route
 *   has none
 */
export function describeProblems(
  traits: ReadonlySet<RouteTrait>,
  current: { readonly schema: z.ZodType<unknown>; readonly name: string } | null = null,
): RouteConfig["responses"] {
  const withCurrent = current === null
    ? problemSchema
    : problemSchema.extend({ current: current.schema.optional() }).openapi(current.name);
  const byStatus = Map.groupBy(codesOf(traits), (code) => CODES[code].status);
  return Object.fromEntries([...byStatus].map(([status, codes]) => [status, {
    description: codes.map((code) => `${CODES[code].title} (\`${code}\`)`).join("; "),
    ...(codes.some((code) => CODES[code].retryAfterSeconds !== null)
      ? { headers: retryAfterHeader }
      : {}),
    content: {
      "application/problem+json": {
        schema: WITH_CURRENT.includes(status) ? withCurrent : problemSchema,
        examples: Object.fromEntries(
          codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
        ),
      },
    },
  }]));
}

const retryAfterHeader = z.object({
  "Retry-After": z.int().optional().openapi({
    description: "Seconds to wait before a retry",
    example: 1,
  }),
});

/** The examples that the responses of a document refer to, for its components. */
export function problemExamples(
  paths: object,
): Record<string, { summary: string; value: unknown }> {
  const references = JSON.stringify(paths).matchAll(/"#\/components\/examples\/(\w+)"/g);
  const used = new Set([...references].map(([, name]) => name));
  const codes = (Object.keys(CODES) as Code[]).filter((code) => used.has(code));
  return Object.fromEntries(
    codes.map((code) => [code, { summary: CODES[code].title, value: exampleOf(code) }]),
  );
}

const REQUEST_ID = "60664360-9c2f-45ea-a84e-706bcea0bd10";

const ERRORS: Partial<Record<Code, readonly InputError[]>> = {
  invalid_input: [{ pointer: "/body/temperature", detail: "Expected a number" }],
  invalid_cursor: [{ pointer: "/query/cursor", detail: "Expected the cursor of this request" }],
};

function exampleOf(code: Code) {
  const { title, meaning } = CODES[code];
  const detail = code === "internal" ? title : meaning.replaceAll("`", "");
  return problemDocument(
    new ServiceError(code, detail, { errors: ERRORS[code] ?? [] }),
    REQUEST_ID,
  );
}
