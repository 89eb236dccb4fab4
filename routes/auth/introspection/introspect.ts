/**
 * Asks an issuer about a token (RFC 7662). Where to ask is in the issuer's metadata, which are kept for a
 * while, and then until there are newer ones. After the issuer could not be reached, nobody asks again for a moment: callers who wait for a dead
 * endpoint, one after the other, would all time out.
 *
 * Security: the token and the client's secret go only to the issuer, over TLS or on this machine, and into
 * no message.
 *
 * @module
 */
import { findDuplicateMember } from "../../../codec/json/duplicate_member.ts";
import { isJsonObject } from "../../../codec/json/json_object.ts";
import { parseJson } from "../../../codec/json/parse_json.ts";
import type { Observe } from "../../../observe/observation.ts";
import type { Claims } from "../../context.ts";
import { fetchText, UnexpectedStatusError } from "../issuer/fetch_json.ts";
import { endpointOf, fetchMetadata } from "../issuer/metadata.ts";
import type { IntrospectionClient } from "../issuer/trusted_issuer.ts";

const TIMEOUT_MS = 5_000;
const METADATA_AGE_MS = 600_000;
const PAUSE_MS = 1_000;
/** The statuses for a malformed request, and for a request that is too long. */
const ABOUT_THE_TOKEN: readonly number[] = [400, 413, 414, 431];

export interface IntrospectionOptions extends IntrospectionClient {
  readonly issuer: string;
  readonly observe: Observe;
  /** How long the issuer's metadata are kept, in milliseconds. Default: ten minutes. */
  readonly metadataAgeMs?: number;
}

export interface Introspection {
  /** What the issuer says about a token. Rejects if the answer cannot be used. */
  ask(token: string): Promise<Claims>;
  /** Finds out where to ask, ahead of the first token. Rejects if it cannot. */
  locate(): Promise<string>;
}

export function createIntrospection(options: IntrospectionOptions): Introspection {
  const { issuer, observe, metadataAgeMs = METADATA_AGE_MS } = options;
  const authorization = basicCredentials(options);
  let endpoint: { readonly url: string; readonly until: number } | null = null;
  let locating: Promise<string> | null = null;
  let failure: { readonly cause: unknown; readonly until: number } | null = null;
  let isUp: boolean | null = null;

  function note(up: boolean, cause?: unknown): void {
    if (isUp !== up) observe({ kind: "introspection", issuer, up, cause });
    isUp = up;
  }

  async function findEndpoint(): Promise<string> {
    try {
      const metadata = await fetchMetadata(issuer, AbortSignal.timeout(TIMEOUT_MS));
      const url = endpointOf(metadata, { member: "introspection_endpoint", issuer });
      endpoint = { url, until: performance.now() + metadataAgeMs };
      return url;
    } catch (error) {
      // It stays where it was, while the metadata cannot be had.
      if (endpoint !== null) endpoint = { ...endpoint, until: performance.now() + PAUSE_MS };
      throw error;
    } finally {
      locating = null;
    }
  }

  async function locate(): Promise<string> {
    if (endpoint !== null && performance.now() < endpoint.until) return endpoint.url;
    locating ??= findEndpoint();
    if (endpoint === null) return await locating;
    // Nobody waits for it: metadata that hang would hold up every new token.
    locating.catch(() => {});
    return endpoint.url;
  }

  async function post(token: string): Promise<Claims> {
    const url = await locate();
    const form = new URLSearchParams({ token, token_type_hint: "access_token" });
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    return readAnswer(await fetchText(url, { signal, form, authorization }), url);
  }

  return {
    async ask(token) {
      if (failure !== null && performance.now() < failure.until) throw failure.cause;
      try {
        const claims = await post(token);
        note(true);
        return claims;
      } catch (cause) {
        // An answer that only this token may have caused says nothing about the next.
        const isAnswer = cause instanceof UnexpectedStatusError;
        if (!isAnswer) failure = { cause, until: performance.now() + PAUSE_MS };
        if (!isAnswer || !ABOUT_THE_TOKEN.includes(cause.status)) note(false, cause);
        throw cause;
      }
    },
    async locate() {
      try {
        return await locate();
      } catch (cause) {
        note(false, cause);
        throw cause;
      }
    },
  };
}

/** RFC 6749, section 2.3.1: both parts are encoded as in a form. */
function basicCredentials({ clientId, clientSecret }: IntrospectionClient): string {
  const [id, secret] = [clientId, clientSecret].map((text) =>
    new URLSearchParams({ "": text }).toString().slice(1)
  );
  return `Basic ${btoa(`${id}:${secret}`)}`;
}

/** @throws {Error} with nothing of the answer */
function readAnswer(text: string, url: string): Claims {
  const json = parse(text);
  if (!isJsonObject(json) || typeof json.active !== "boolean") {
    throw new Error(`Cannot use the answer of "${url}": it is not an object with "active"`);
  }
  if (findDuplicateMember(text) !== null) {
    throw new Error(`Cannot use the answer of "${url}": it names a member twice`);
  }
  return json;
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
