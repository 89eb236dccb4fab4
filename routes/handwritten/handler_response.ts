/**
 * Turns what a handler returns into a response that the rest of the service can use. A team's code is not
 * type-checked when it runs, and some responses cannot be changed.
 *
 * @module
 */

/** On a response that a handler has returned. */
const RETURNED = Symbol("returned");

/**
 * The response with headers that can be added to, as middleware does.
 *
 * @param name of the route, for the message
 * @throws {TypeError} if it is not a response, or not one of this request alone
 */
export function asMutableResponse(returned: unknown, name: string): Response {
  if (!(returned instanceof Response)) {
    throw new TypeError(
      `Cannot answer: the handler of "${name}" returned ${
        returned === undefined ? "nothing" : `a ${typeof returned}`
      }: return a Response, such as "context.json(…)" makes`,
    );
  }
  // The runtime would notice after the request is logged. Headers of one caller would go to the next.
  if (RETURNED in returned) throw spent(name, "that it has returned before");
  if (returned.bodyUsed) throw spent(name, "whose body has been read");
  Reflect.set(returned, RETURNED, true);
  return hasMutableHeaders(returned) ? returned : new Response(returned.body, returned);
}

function spent(name: string, state: string): TypeError {
  return new TypeError(
    `Cannot answer: the handler of "${name}" returned a response ${state}: make one for each request`,
  );
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
