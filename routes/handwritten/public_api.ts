/**
 * What hand-written routes import from `"cqlgate"`: the public API of cqlgate. Everything here keeps its
 * meaning from release to release; any other module may change. The import map in `deno.json` gives it its
 * name.
 *
 * ```ts
 * import { defineRoute, ServiceError, z } from "cqlgate";
 * ```
 *
 * - `defineRoute` makes what a file in `routes/` exports as its default.
 * - `z` is zod with `.openapi()`: its schemas check what comes in and describe it in the docs.
 * - `ServiceError` is what a handler throws to answer with a problem: a code and a sentence for the
 *   caller. Anything else that it throws is a 500 whose story only the log has.
 * - `codecFor(type).output` is the schema of a column's values as queries answer them, and `orNull`
 *   the same with null.
 * - `ExactNumber` is a number in a token's claims that JavaScript would round or spell otherwise.
 * - `HandlerRequest` is what `context.get("request")` gives: who calls, the id of the request, and its addresses.
 *   `HandlerEnv` is for the types of functions that take the context.
 * - `parseBucketName` reads the name of a time bucket, such as "2010-01", and is null for any other.
 *
 * @module
 */
export { z } from "@hono/zod-openapi";
export { parseBucketName } from "../../codec/buckets/bucket.ts";
export type { CqlType, Json } from "../../codec/codec.ts";
export { codecFor } from "../../codec/codec_for.ts";
export { ExactNumber } from "../../codec/json/exact_number.ts";
export { orNull } from "../../codec/or_null.ts";
export type { Row } from "../../db/prepare/rows/read_rows.ts";
export type { Code } from "../../errors/codes.ts";
export {
  type InputError,
  ServiceError,
  type ServiceErrorOptions,
} from "../../errors/service_error.ts";
export type { Identity } from "../context.ts";
export {
  defineRoute,
  type HandlerEnv,
  type HandlerRequest,
  type HandwrittenRoute,
  type RouteAccess,
} from "./define_route.ts";
export type { Applied, QueryCaller } from "./query_caller.ts";
export type { RowStream } from "./request_streams.ts";
export type { QueryValues } from "./values.ts";
