/**
 * A JSON object from an issuer, over HTTP. Redirects are not followed, and the answer is bounded in size;
 * the caller's signal bounds it in time.
 *
 * @module
 */

const MAX_BYTES = 256 * 1024;

/** A form to post, in place of a GET. */
export interface FormRequest {
  readonly signal: AbortSignal;
  readonly form?: URLSearchParams;
  /** The header `Authorization`. */
  readonly authorization?: string;
}

/** An issuer answered with a status other than 200. */
export class UnexpectedStatusError extends Error {
  readonly status: number;

  constructor(url: string, status: number) {
    super(`Cannot fetch "${url}": it answers ${status}`);
    this.status = status;
  }
}

/**
 * The text of an answer with status 200.
 *
 * @throws {UnexpectedStatusError} for any other status
 * @throws {Error} if there is no answer, or if it is too long
 */
export async function fetchText(url: string, request: FormRequest): Promise<string> {
  const { signal, form, authorization } = request;
  const response = await fetch(url, {
    signal,
    redirect: "manual",
    headers: {
      accept: "application/json, application/jwk-set+json",
      ...(authorization === undefined ? {} : { authorization }),
    },
    ...(form === undefined ? {} : { method: "POST", body: form }),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new UnexpectedStatusError(url, response.status);
  }
  return await readText(response, url);
}

/** A JSON object. Rejects if the answer is another value, has another status, or is larger than the limit. */
export async function fetchJson(
  url: string,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const json: unknown = JSON.parse(await fetchText(url, { signal }));
  if (typeof json === "object" && json !== null && !Array.isArray(json)) {
    return json as Record<string, unknown>;
  }
  throw new Error(`Cannot read "${url}": it is not a JSON object`);
}

/** The body as text. It is read piece by piece, so that it never takes more than its limit. */
async function readText(response: Response, url: string): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let bytes = 0;
  let text = "";
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) {
      throw new Error(`Cannot read "${url}": it has more than ${MAX_BYTES} bytes`);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
