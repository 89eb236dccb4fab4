/**
 * The body of an `@raw` write: bytes of a media type that the route takes, within the limits of every body.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { unsupportedType } from "./read_body.ts";
import { readBytes, type ReadBytesOptions } from "./read_bytes.ts";

/** What a client sent as it is. */
export interface Content {
  readonly bytes: Buffer;
  /** In lower case, without parameters. */
  readonly type: string;
}

/**
 * @param options.types in lower case, without parameters
 * @throws {ServiceError} `unsupported_media_type`, `body_too_large`, `body_timeout` or
 * `malformed_request`
 */
export async function readContent(
  request: Request,
  { types, ...limits }: ReadBytesOptions & { readonly types: readonly string[] },
): Promise<Content> {
  const header = request.headers.get("content-type");
  const type = header === null ? null : essenceOf(header);
  // A body of another type is not read.
  if (type === null || !types.includes(type)) {
    throw unsupportedType({ type: header, takes: types }, request);
  }
  const { buffer, byteOffset, length } = await readBytes(request, limits);
  return { bytes: Buffer.from(buffer, byteOffset, length), type };
}

/** A media type without its parameters, in lower case (RFC 9110, section 8.3.1). */
export function essenceOf(type: string): string {
  return type.split(";", 1)[0]!.trim().toLowerCase();
}
