/**
 * `HEAD` answers as `GET` does (RFC 9110, section 9.3.2). The runtime knows how: it compresses or
 * measures the body as for `GET`, and then leaves it out. The framework would drop the body earlier, and
 * the length with it. So the response is kept here as the handler made it, and replaces the framework's.
 *
 * @module
 */
import type { PipelineStep } from "../step.ts";

type Fetch = (
  request: Request,
  info: Deno.ServeHandlerInfo<Deno.NetAddr>,
) => Response | Promise<Response>;

/** The whole responses to the `HEAD` requests of one app. */
export class WholeResponses {
  readonly #whole = new WeakMap<Request, Response>();

  /** Keeps them. Comes before every other step, so that it sees each response as it is sent. */
  keep(): PipelineStep {
    return {
      name: "keepWhole",
      leave: (context) => {
        if (context.req.method === "HEAD") this.#whole.set(context.req.raw, context.res);
      },
    };
  }

  /** The function to serve the app with. */
  fetchFrom(
    app: { fetch(request: Request, info: unknown): Response | Promise<Response> },
  ): Fetch {
    return (request, info) => {
      const response = app.fetch(request, info);
      return request.method === "HEAD" ? this.#wholeOf(request, response) : response;
    };
  }

  async #wholeOf(request: Request, response: Response | Promise<Response>): Promise<Response> {
    const answered = await response;
    return this.#whole.get(request) ?? answered;
  }
}
