/**
 * Refuses a URL that two readers could understand differently: escapes that are not UTF-8, and paths that
 * clients and proxies change on the way, as a segment `..` (WHATWG URL, section 4.4).
 *
 * @module
 */
import { ServiceError } from "../../errors/service_error.ts";
import type { PipelineStep } from "../step.ts";

const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:\/|$)/i;

export function checkUrl(): PipelineStep {
  return {
    name: "checkUrl",
    enter(context) {
      const { url } = context.req;
      if (url.includes("%")) {
        try {
          decodeURIComponent(url);
        } catch {
          throw new ServiceError("malformed_request", "The URL has an escape that is not UTF-8");
        }
      }
      const [path = ""] = url.split(/[?#]/, 1);
      if (DOT_SEGMENT.test(path) || path.includes("\\")) {
        throw new ServiceError(
          "malformed_request",
          'The path has a segment "." or "..", or a backslash that is not escaped',
        );
      }
    },
  };
}
