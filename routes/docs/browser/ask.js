/**
 * Asking the service or the issuer for JSON, with errors that say who did not answer and why.
 *
 * @module
 */

/**
 * Resolves to the answer and its body, which may be an error's.
 *
 * @param whom for the message
 * @param advice what to do if nobody can be reached: the browser does not say why
 * @throws {Error} if there is no answer, or one that is not a JSON object
 */
export async function ask(url, { whom, advice, ...init }) {
  const response = await fetch(url, init).catch(({ name, message }) => {
    const reason = name === "TimeoutError" ? "it does not answer" : advice ?? message;
    throw new Error(`Cannot reach ${whom}: ${reason}`);
  });
  const body = await response.json().catch(() => null);
  if (typeof body === "object" && body !== null) return { response, body };
  throw new Error(`Cannot read what ${whom} answers: ${response.status}, and no JSON`);
}
