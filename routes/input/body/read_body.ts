/**
 * A request's JSON body, read whole within a limit. Nothing is guessed: the media type must say JSON,
 * the bytes must be UTF-8 (RFC 8259, section 8.1) in no content coding, no object may name a member
 * twice, and numbers keep what they were written as.
 *
 * @module
 */
import { DuplicateMemberError } from "../../../codec/json/duplicate_member.ts";
import { MAX_JSON_DEPTH, NestingError } from "../../../codec/json/nesting.ts";
import { parseJsonSteps } from "../../../codec/json/parse_large_json.ts";
import type { RunSteps, Steps } from "../../../runtime/steps.ts";
import { pointerTo } from "../../../errors/invalid_input.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import type { EncodedValues } from "../../../db/prepare/prepared_query.ts";
import { readBytes, type ReadBytesOptions } from "./read_bytes.ts";

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

/** JSON that says how something is to be changed, such as a JSON Merge Patch (RFC 7396). */
const PATCH_TYPE = /^application\/(?:[\w.+-]*[.+-])?patch\+json\s*(?:;|$)/i;

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads the values that a body has for the parameters of a write. They are views on a block that other requests share,
 * so nobody may keep them for long.
 *
 * @returns null for a body that must be read the other way
 */
export type PlainBodyReader = (bytes: Uint8Array) => EncodedValues | null;

export interface ReadBodyOptions extends ReadBytesOptions {
  /** Runs what is to be done with a body that has come in. */
  readonly run: RunSteps;
  /** The media types that the error lists. Default: only JSON. */
  readonly takes?: readonly string[];
  /** Reads a plain body for one write at once. Default: each is parsed. */
  readonly readPlain?: PlainBodyReader | null;
}

/** The body of a request for one row. */
export interface OneBody {
  readonly kind: "one";
  readonly body: Record<string, unknown>;
  /** The values of a plain body, which is not parsed; undefined for any other. */
  readonly plain?: EncodedValues;
}

/** Whether a request of this method brings along what a route reads of its body. */
export function takesBody(method: string): boolean {
  return method !== "GET" && method !== "DELETE";
}

/**
 * @returns the object; an empty one if there is no body
 * @throws {ServiceError} `unsupported_media_type`, `body_too_large` or `malformed_request`
 */
export async function readJsonObject(
  request: Request,
  options: ReadBodyOptions,
): Promise<OneBody> {
  return oneBody(await readJson(request, options));
}

/** @throws {ServiceError} `malformed_request` if the body is not an object */
export function oneBody({ value = {}, plain }: JsonBody): OneBody {
  if (plain !== undefined) return { kind: "one", body: {}, plain };
  return { kind: "one", body: assertObject(value, "The body") };
}

export interface JsonBody extends Pick<OneBody, "plain"> {
  /** What the JSON says; undefined if there is no body. */
  readonly value?: unknown;
}

/** @throws {ServiceError} `unsupported_media_type`, `body_too_large` or `malformed_request` */
export async function readJson(request: Request, options: ReadBodyOptions): Promise<JsonBody> {
  const { headers = request.headers, run, takes = ["application/json"], readPlain } = options;
  const bytes = await readBytes(request, options);
  if (bytes.length === 0) return {};
  const type = headers.get("content-type");
  if (type === null || !isPlainJson(type)) throw unsupportedType({ type, takes }, request);
  const plain = readPlain?.(bytes) ?? null;
  return plain === null ? { value: await run(parse(decodeUtf8(bytes))) } : { plain };
}

/**
 * Whether a body of this media type is one of those that a route takes. Any JSON is JSON, except for patches: only their
 * type says what they mean (RFC 5789, section 2).
 */
export function isTaken(type: string | null, takes: readonly string[]): boolean {
  if (!statesType(type)) return false;
  const essence = (of: string) => of.split(";", 1)[0]!.trim().toLowerCase();
  return takes.some((taken) =>
    essence(taken) === "*/*" || essence(taken) === essence(type) ||
    essence(taken) === `${essence(type).split("/", 1)}/*` ||
    (JSON_TYPE.test(taken) && isPlainJson(type))
  );
}

/** Whether a media type says JSON that is the value itself. */
function isPlainJson(type: string): boolean {
  return JSON_TYPE.test(type) && !PATCH_TYPE.test(type);
}

/** Whether a media type says JSON, with whatever parameters. */
export function isJson(type: string | null): boolean {
  return type !== null && JSON_TYPE.test(type);
}

/** The error for a body of another type than those that the route of a request takes. */
export function unsupportedType(
  { type, takes }: { readonly type: string | null; readonly takes: readonly string[] },
  { method }: Pick<Request, "method">,
): ServiceError {
  const accepted = takes.map((each) => `"${each}"`).join(" or ");
  const state = statesType(type)
    ? `the body is "${type}": send what it takes, and say so in "Content-Type"`
    : `the body is of no stated type, as "Content-Type" is ${type === null ? "missing" : "empty"}` +
      ": send what it takes, and say so there";
  return new ServiceError(
    "unsupported_media_type",
    `This route takes ${accepted}, and ${state}`,
    {
      headers: {
        "accept": takes.join(", "),
        // RFC 5789, section 2.2.
        ...method === "PATCH" ? { "accept-patch": takes.join(", ") } : {},
      },
    },
  );
}

/** Whether a header `Content-Type` is there and says something. */
function statesType(type: string | null): type is string {
  return type !== null && type.trim() !== "";
}

/** @throws {ServiceError} `malformed_request` if the bytes are not UTF-8 */
function decodeUtf8(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new ServiceError("malformed_request", "The body is not UTF-8");
  }
}

/**
 * @throws {ServiceError} `malformed_request` if `value`, known to the sender as `what`, is not an
 * object
 */
export function assertObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ServiceError(
      "malformed_request",
      `${what} is not a JSON object: send its fields in braces, as in {"name": "value"}`,
    );
  }
  return value as Record<string, unknown>;
}

/**
 * The text of a body that somebody else will parse, in a way that keeps one of two members of the same name.
 *
 * @returns an empty text if there is no body
 * @throws {ServiceError} `malformed_request` if this service would not read it
 */
export function* checkJson(bytes: Uint8Array): Steps<string> {
  const text = decodeUtf8(bytes);
  if (text !== "") yield* parse(text);
  return text;
}

function* parse(text: string): Steps<unknown> {
  try {
    return yield* parseJsonSteps(text);
  } catch (error) {
    throw unreadableJson(error as SyntaxError, "The body");
  }
}

/** The error for `what`, as the sender knows it, that `parseJsonSteps()` does not read. */
export function unreadableJson(error: SyntaxError, what: string): ServiceError {
  if (error instanceof NestingError) {
    return new ServiceError(
      "malformed_request",
      `${what} nests arrays and objects more than ${MAX_JSON_DEPTH} deep: send a flatter value`,
    );
  }
  if (!(error instanceof DuplicateMemberError)) {
    return new ServiceError("malformed_request", `${what} is not JSON: ${error.message}`);
  }
  return new ServiceError(
    "malformed_request",
    `${what} names a member of an object twice: "errors" says which`,
    { errors: [{ pointer: `/body${pointerTo(error.path)}`, detail: "Expected the member once" }] },
  );
}
