/**
 * `HEAD` answers as `GET` does (RFC 9110, section 9.3.2). The runtime knows how: it compresses or
 * measures the body as for `GET`, and then leaves it out. The framework would drop the body earlier, and
 * the length with it. So the response is kept here as the handler made it, and replaces the framework's.
 *
 * @module
 */
import type { Step } from "../step.ts";

type Fetch = (
  request: Request,
  info: Deno.ServeHandlerInfo<Deno.NetAddr>,
) => Promise<Response>;

/** The whole responses to the `HEAD` requests of one app. */
export class WholeResponses {
  readonly #whole = new WeakMap<Request, Response>();

  /** Keeps them. Comes before every other step, so that it sees each response as it is sent. */
  keep(): Step {
    return {
      name: "keepWhole",
      leave: (context) => {
        if (context.req.method === "HEAD") this.#whole.set(context.req.raw, context.res);
      },
    };
  }

  /** What the app is served with. */
  fetchFrom(
    app: { fetch(request: Request, info: unknown): Response | Promise<Response> },
  ): Fetch {
    return async (request, info) => {
      const response = await app.fetch(request, info);
      return request.method === "HEAD" ? this.#whole.get(request) ?? response : response;
    };
  }
}
