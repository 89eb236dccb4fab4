/**
 * Turns what a handler returns into a response that the rest of the service can use. A team's code is not
 * type-checked when it runs, and some responses cannot be changed.
 *
 * @module
 */

/**
 * The response with headers that can be added to, as middleware does.
 *
 * @param name of the route, for the message
 * @throws {TypeError} if it is not a response
 */
export function asMutableResponse(returned: unknown, name: string): Response {
  if (!(returned instanceof Response)) {
    throw new TypeError(
      `Cannot answer: the handler of "${name}" returned ${
        returned === undefined ? "nothing" : `a ${typeof returned}`
      }: return a Response, such as "context.json(…)" makes`,
    );
  }
  return hasMutableHeaders(returned) ? returned : new Response(returned.body, returned);
}

/** The headers of what `fetch()` and `Response.redirect()` give cannot be changed. */
function hasMutableHeaders({ headers }: Response): boolean {
  try {
    headers.delete("x-cqlgate");
    return true;
  } catch {
    return false;
  }
}
