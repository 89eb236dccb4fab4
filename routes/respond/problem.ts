/**
 * Whatever a handler throws → `application/problem+json`, and the schema of it for the OpenAPI document.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { isLight, jsonPieces } from "../../codec/json/json_pieces.ts";
import { CallerLeft } from "../../errors/caller_left.ts";
import { type Code, CODES } from "../../errors/codes.ts";
import { problemDocument, problemInit } from "../../errors/problem_document.ts";
import { ServiceError, toServiceError } from "../../errors/service_error.ts";
import type { AppEnv } from "../context.ts";
import { answerChunks, answerSmall } from "./answer_bytes.ts";
import { answerNobody } from "./answer_nobody.ts";
import { encodePieces } from "./body/encode_pieces.ts";

const KNOWN_CODES = Object.keys(CODES) as [Code, ...Code[]];

/**
 * The body of every error, without members that only some errors have, for example `current`. The OpenAPI
 * document leaves open what may change: a client with an enum of today's codes would fail on another one, just
 * where it has to tell what went wrong.
 */
export const problemSchema = z.object({
  type: z.literal("about:blank").openapi({
    type: "string",
    format: "uri-reference",
    description: "The kind of problem (RFC 9457); `code` says more",
    example: "about:blank",
  }),
  title: z.string().openapi({ description: "The code in words" }),
  status: z.int().openapi({ description: "The HTTP status" }),
  code: z.enum(KNOWN_CODES).openapi({
    type: "string",
    description: "What happened, for programs; the meaning of a code never changes. " +
      "There may be codes that are not listed: treat an unknown one by its status",
    example: "invalid_input",
    "x-extensible-enum": KNOWN_CODES,
  }),
  detail: z.string().openapi({ description: "What happened and what to do, for people" }),
  request_id: z.string().openapi({ description: "The same as in `X-Request-Id` and in the log" }),
  errors: z.array(
    z.object({
      pointer: z.string().openapi({ example: "/body/temperature" }),
      detail: z.string().openapi({ example: "Expected a number" }),
    }).openapi("InputError"),
  ).optional().openapi({ description: "Each mistake of the input, by JSON pointer" }),
}).openapi("Problem");

/** The codes for the framework's own errors, by status. */
const FRAMEWORK_CODES: Readonly<Partial<Record<number, Code>>> = {
  400: "malformed_request",
  413: "body_too_large",
  415: "unsupported_media_type",
};

/**
 * The framework's errors by their status; others as {@link toServiceError} has them. A status that has no
 * code here is a mistake of the service or of a handler, whatever its message says.
 */
function asServiceError(error: unknown): ServiceError {
  const code = error instanceof HTTPException ? FRAMEWORK_CODES[error.status] : undefined;
  if (!(error instanceof HTTPException) || code === undefined) return toServiceError(error);
  return new ServiceError(code, error.message || CODES[code].title, { cause: error });
}

/** The answer to a request that failed, or whose caller has left; notes code and cause for the log. */
export async function problemResponse(
  error: unknown,
  context: Context<AppEnv>,
): Promise<Response> {
  if (error instanceof CallerLeft) return answerNobody(context);
  const problem = asServiceError(error);
  const request = context.get("request");
  request.code = problem.code;
  request.cause = problem.cause;
  const document = problemDocument(problem, request.id);
  const init = problemInit(problem);
  if (isLight(document)) return answerSmall(context, JSON.stringify(document), init);
  // With the current row in it, or long pointers.
  const chunks = await request.run(encodePieces(jsonPieces(document)));
  return answerChunks(context, chunks, init);
}
