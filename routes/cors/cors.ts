/**
 * Tells browsers which web pages may read an answer (Fetch standard, "CORS protocol"). Every answer of a
 * service that allows some origins varies by `Origin`, even to a request without it: a cache would otherwise
 * give one page the answer for another. Where every origin is allowed, all answers say so, and one that is kept is
 * good for every page ("CORS protocol and HTTP caches").
 *
 * @module
 */
import type { PipelineStep } from "../step.ts";
import type { OriginPolicy } from "./origin_policy.ts";

export interface CorsOptions {
  readonly policy: OriginPolicy;
  /** The headers that a page may read, in addition to those that it may always read. */
  readonly exposed: readonly string[];
}

export function cors(options: CorsOptions): PipelineStep {
  const permit = createPermit(options);
  return { name: "cors", headers: (context, headers) => permit(context.req.raw, headers) };
}

/** Adds to an answer the headers that a browser needs. */
export type Permit = (request: Request, headers: Headers) => void;

/** For answers that pass through no app. */
export function createPermit({ policy, exposed }: CorsOptions): Permit {
  const exposedHeaders = exposed.join(", ");
  const forAll = policy(null);
  return (request, headers) => {
    if (forAll === null) headers.append("vary", "Origin");
    const grant = forAll ?? policy(request.headers.get("origin"));
    if (grant === null) return;
    headers.set("access-control-allow-origin", grant.allowOrigin);
    if (grant.allowCredentials) headers.set("access-control-allow-credentials", "true");
    headers.set("access-control-expose-headers", exposedHeaders);
  };
}
