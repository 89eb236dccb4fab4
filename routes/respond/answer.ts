/**
 * Makes an answer in the way that costs the runtime least.
 *
 * @module
 */

export interface AnswerInit {
  /** Default: 200. */
  readonly status?: number | undefined;
  /** The answer's own headers, by their names in lower case. The steps of the pipeline add theirs. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * @param body `null` for none
 * @throws {TypeError} for what cannot be in a header
 */
export function answer(
  body: BodyInit | null,
  { status = 200, headers = {} }: AnswerInit = {},
): Response {
  // The runtime converts headers that it is given here twice, and keeps track of each such response until it is sent.
  const response = status === 200 ? new Response(body) : new Response(body, { status });
  for (const name in headers) response.headers.set(name, headers[name]!);
  return response;
}
