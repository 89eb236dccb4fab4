/**
 * Makes an answer with all of its headers at once: the runtime sends such a response as it is, while a response
 * that is changed afterwards is made twice.
 *
 * @module
 */
import type { Context } from "hono";
import type { AppEnv } from "../context.ts";
import { HeaderList } from "./header_list.ts";

export interface AnswerInit {
  /** Default: 200. */
  readonly status?: number | undefined;
  /** The answer's own headers, by their names in lower case. The steps of the pipeline add theirs. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** @param body `null` for none */
export function answer(
  context: Context<AppEnv>,
  body: BodyInit | null,
  { status = 200, headers = {} }: AnswerInit = {},
): Response {
  const request = context.get("request");
  const { completeHeaders } = request;
  // Of a route that no step stands before, a middleware completes the response.
  if (completeHeaders.length === 0) return new Response(body, { status, headers });
  const fields = new HeaderList(headers);
  for (const complete of completeHeaders) complete(context, fields);
  const response = new Response(body, { status, headers: fields.toHeaders() });
  request.answered = response;
  return response;
}
