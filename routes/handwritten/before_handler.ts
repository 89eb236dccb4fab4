/**
 * What stands between access control and the handler of a hand-written route: preconditions that it does
 * not check, the media types that it answers in, and its body within the limits.
 *
 * @module
 */
import { type RouteConfig, z } from "@hono/zod-openapi";
import type { Steps } from "../../runtime/steps.ts";
import { checkJson, isJson, isTaken, takesBody, unsupportedType } from "../input/body/read_body.ts";
import { type BodyLimits, readBytes } from "../input/body/read_bytes.ts";
import { IDEMPOTENCY_KEY } from "../idempotency/idempotency_key.ts";
import { unsupportedKey } from "../idempotency/read_repeatable.ts";
import { unsupported } from "../input/preconditions.ts";
import type { PipelineStep } from "../step.ts";
import { negotiate } from "../respond/negotiate.ts";

/** Parsing a smaller body does not take long enough for others to notice. */
const SMALL_BYTES = 16_384;

/**
 * Refuses preconditions that the route does not declare among its headers: a handler that has never
 * heard of `If-Match` would overwrite what the client wants to keep, and carry out a request twice whose
 * `Idempotency-Key` it does not read. A read without `If-None-Match` does no harm.
 *
 * @param declared the headers that the handler reads
 */
export function refusePreconditions(
  declared: readonly string[],
): PipelineStep {
  const checked = declared.map((name) => name.toLowerCase());
  return {
    name: "refusePreconditions",
    enter({ req }) {
      const isRead = req.method === "GET" || req.method === "HEAD";
      const isKeyRead = checked.includes(IDEMPOTENCY_KEY.toLowerCase());
      if (!isRead && !isKeyRead && req.header(IDEMPOTENCY_KEY) !== undefined) {
        throw unsupportedKey("its handler does not read it");
      }
      for (const header of ["If-Match", ...isRead ? [] : ["If-None-Match"]]) {
        const isThere = req.header(header) !== undefined;
        if (isThere && !checked.includes(header.toLowerCase())) throw unsupported(header);
      }
    },
  };
}

/** The parts of a route's definition that decide what happens before the handler. */
export interface HandlerNeeds {
  /** The names of the headers that the handler reads. */
  readonly headers: readonly string[];
  /** The media types that it answers in where it succeeds; empty if it leaves them open. */
  readonly answers: readonly string[];
  /** The media types of the body that it takes; empty if it declares no body. */
  readonly takes: readonly string[];
  /** Whether a request without the body that it declares is refused. */
  readonly requiresBody: boolean;
  /** Whether a body is read at all. */
  readonly hasBody: boolean;
  /** Whether its answers may be streams: the framework makes those of the types below, and makes them whole. */
  readonly mayStream: boolean;
}

/** Media types of answers that only `context.json()` and `context.text()` may make, by the type of a handler. */
const MADE_WHOLE = /^(?:application\/(?:json|[^;]*\+json)|text\/plain)(?:;|$)/;

export function needsOf({ method, request, responses }: RouteConfig): HandlerNeeds {
  const takes = Object.keys(request?.body?.content ?? {});
  return {
    headers: declaredHeaders(request?.headers),
    answers: answeredTypes(responses),
    takes,
    requiresBody: takes.length > 0 && request?.body?.required !== false,
    hasBody: takes.length > 0 || takesBody(method.toUpperCase()),
    mayStream: mayStream(responses),
  };
}

function mayStream(responses: RouteConfig["responses"]): boolean {
  const types = contentTypes(responses, () => true);
  return types.length === 0 || !types.every((type) => MADE_WHOLE.test(type));
}

function declaredHeaders(headers: unknown): string[] {
  return headers instanceof z.ZodObject ? Object.keys(headers.shape) : [];
}

function answeredTypes(responses: RouteConfig["responses"]): string[] {
  const types = contentTypes(responses, (status) => status.startsWith("2"));
  return types.some((type) => type.includes("*"))
    ? []
    : types.map((type) => type.split(";", 1)[0]!.trim().toLowerCase());
}

function contentTypes(
  responses: RouteConfig["responses"],
  isMeant: (status: string) => boolean,
): string[] {
  return Object.entries(responses).flatMap(([status, response]) =>
    isMeant(status) && "content" in response ? Object.keys(response.content ?? {}) : []
  );
}

/** Refuses a caller who takes none of the types; there is nothing to refuse where they are open. */
export function assertAcceptable(
  [first, ...others]: readonly string[],
): PipelineStep[] {
  if (first === undefined) return [];
  return [{
    name: "assertAcceptable",
    enter: (context) =>
      void negotiate(context.get("request").headers.get("accept"), [first, ...others]),
  }];
}

/** Reads the body, if there is a body, within its limits. The framework then reads it from here. */
export function holdBody(
  limits: BodyLimits,
  { takes, requiresBody, hasBody }: HandlerNeeds,
): PipelineStep[] {
  if (!hasBody) return [];
  return [{
    name: "holdBody",
    async enter(context) {
      const { req } = context;
      const { slot } = context.get("request");
      const bytes = await readBytes(req.raw, { ...limits, slot });
      context.get("request").bytesRead += bytes.length;
      const type = req.raw.headers.get("content-type");
      // Where there are several types, only that of the request says what its body has to fit.
      const needsType = bytes.length > 0 || (requiresBody && takes.length > 1);
      if (takes.length > 0 && needsType && !isTaken(type, takes)) {
        throw unsupportedType({ type, takes }, req);
      }
      const { run } = context.get("request");
      // They hold promises, whatever their type says.
      Object.assign(
        req.bodyCache,
        isJson(type) ? jsonCache(bytes, await run(checkJson(bytes))) : bytesCache(bytes, type),
      );
      // The work of the framework and the handler on a large body cannot pause, so it gets a separate turn.
      if (bytes.length > SMALL_BYTES) await run(pause());
    },
  }];
}

/** From where the framework makes the other forms of a body: the first member is what it makes them of. */
type BodyCache = Readonly<Partial<Record<"text" | "blob", Promise<unknown>>>>;

/** The bytes are made of the text again, unless that lacks something: a signature is over all of them. */
function jsonCache(bytes: Uint8Array<ArrayBuffer>, json: string): BodyCache {
  const text = Promise.resolve(json);
  return startsWithMark(bytes) ? { blob: Promise.resolve(new Blob([bytes])), text } : { text };
}

function bytesCache(bytes: Uint8Array<ArrayBuffer>, type: string | null): BodyCache {
  return { blob: Promise.resolve(new Blob([bytes], type === null ? {} : { type })) };
}

/** Whether a text begins with a byte order mark, which is ignored (RFC 8259, section 8.1). */
function startsWithMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/** Nothing, after a turn of waiting. */
function* pause(): Steps<void> {
  yield;
}
