/**
 * Limits the head of a request: the URL, the parameters of its query, and the headers. Later steps read them
 * again and again, and may keep them.
 *
 * The runtime has its own limits, beyond which it sends an empty answer and closes the connection: 64 KiB for
 * the head of HTTP/1.1 (400), 16 KiB for the head of HTTP/2 (431).
 *
 * @module
 */
import { ServiceError } from "../../errors/service_error.ts";
import type { PipelineStep } from "../step.ts";

export interface HeadLimits {
  /** In characters, with scheme and host. */
  readonly maxUrlLength: number;
  /** Of all names and values together. */
  readonly maxHeaderBytes: number;
}

/** More than browsers and proxies send; headers of one name count once. */
export const MAX_HEADERS = 100;
export const MAX_QUERY_PARAMETERS = 1_000;

const AMPERSAND = 0x26;

export function checkHead(
  { maxUrlLength, maxHeaderBytes }: HeadLimits,
): PipelineStep {
  return {
    name: "checkHead",
    enter(context) {
      const { url } = context.req.raw;
      if (url.length > maxUrlLength) {
        throw new ServiceError(
          "url_too_long",
          `The URL has more than ${maxUrlLength} characters: send less in it`,
        );
      }
      if (hasTooManyParameters(url)) {
        throw new ServiceError(
          "malformed_request",
          `The query has more than ${MAX_QUERY_PARAMETERS} parameters: send fewer`,
        );
      }
      const { count, bytes } = context.get("request").headers;
      if (count > MAX_HEADERS) {
        throw new ServiceError(
          "headers_too_large",
          `The request has more than ${MAX_HEADERS} headers: send fewer`,
        );
      }
      if (bytes > maxHeaderBytes) {
        throw new ServiceError(
          "headers_too_large",
          `The headers have more than ${maxHeaderBytes} bytes together: send less in them`,
        );
      }
    },
  };
}

function hasTooManyParameters(url: string): boolean {
  // A shorter URL cannot have that many.
  if (url.length < MAX_QUERY_PARAMETERS) return false;
  let separators = 0;
  for (let index = url.indexOf("?") + 1; index > 0 && index < url.length; index++) {
    if (url.charCodeAt(index) === AMPERSAND) separators++;
  }
  return separators >= MAX_QUERY_PARAMETERS;
}
