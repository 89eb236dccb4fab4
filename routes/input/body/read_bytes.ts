/**
 * The bytes of a body that is read whole, within limits of size and time, in no content coding. While it comes in slowly,
 * others are served in place of its request.
 *
 * @module
 */
import type { Alarms } from "../../../runtime/alarms.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import type { HeaderReader, RequestContext } from "../../context.ts";
import { ChunkReader } from "./chunk_reader.ts";
import { GrowingBytes } from "./growing_bytes.ts";

/** A body that has not come in by then is slow: others are served meanwhile. */
const SLOW_AFTER_MS = 250;

const NO_CODING: ReadonlySet<string> = new Set(["", "identity"]);

export interface BodyLimits {
  /** A larger body is refused, as soon as that is known. */
  readonly maxBytes: number;
  /** Longest that a body may take to come in, in milliseconds. */
  readonly timeoutMs: number;
  /** Keeps that time. */
  readonly alarms: Alarms;
}

export interface ReadBytesOptions extends BodyLimits {
  /** What its request gives up while a body comes in slowly. Default: nothing. */
  readonly slot?: RequestContext["slot"];
  /** Those of the request, if they were read before. */
  readonly headers?: HeaderReader;
}

/**
 * A body in a content coding, such as gzip, is not decoded: its limit is for the bytes that come in. The runtime
 * takes a transfer coding out if it is `chunked`, and leaves any other in (RFC 9112, section 6.1): what is left would
 * be read, or stored, as if it were the body.
 *
 * @throws {ServiceError} `unsupported_media_type`, as in RFC 7694, section 3, or `malformed_request`
 */
export function assertNotEncoded(headers: HeaderReader): void {
  const transfer = headers.get("transfer-encoding");
  if (transfer !== null && transfer.trim().toLowerCase() !== "chunked") {
    throw new ServiceError(
      "malformed_request",
      `The body has the transfer coding "${transfer}", which this service does not accept: ` +
        'send it with its length, or with "Transfer-Encoding: chunked"',
    );
  }
  const header = headers.get("content-encoding");
  if (
    header === null ||
    header.split(",").every((coding) => NO_CODING.has(coding.trim().toLowerCase()))
  ) return;
  throw new ServiceError(
    "unsupported_media_type",
    `The body has the content coding "${header}", which this service does not accept: ` +
      'send it unencoded, without "Content-Encoding"',
    { headers: { "accept-encoding": "identity" } },
  );
}

/**
 * @throws {ServiceError} `unsupported_media_type`, `body_too_large`, `body_timeout` or
 * `malformed_request`
 */
export async function readBytes(
  request: Request,
  options: ReadBytesOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { headers = request.headers, maxBytes } = options;
  const declared = Number(headers.get("content-length") ?? 0);
  if (declared > maxBytes) throw tooLarge(maxBytes);
  if (declared > 0 && !headers.has("transfer-encoding")) {
    assertNotEncoded(headers);
    return await readDeclared(request, { ...options, bytes: declared });
  }
  if (request.body === null) return new Uint8Array();
  assertNotEncoded(headers);
  const bytes = await readChunks(new ChunkReader(request.body), { ...options, bytes: maxBytes });
  const entering = options.slot?.stepIn(request) ?? null;
  if (entering !== null) await entering;
  return bytes;
}

interface ComingBody extends ReadBytesOptions {
  /** What it may have. */
  readonly bytes: number;
}

/** Limits the time of a body, and lets others have the slot of its request while it is slow. */
function limitTime(
  { timeoutMs, alarms, slot = null, bytes }: ComingBody,
  onLate: () => void,
): () => void {
  if (slot === null || timeoutMs <= SLOW_AFTER_MS) return alarms.after(timeoutMs, onLate);
  let cancel = alarms.after(SLOW_AFTER_MS, () => {
    slot.stepOut(bytes);
    cancel = alarms.after(timeoutMs - SLOW_AFTER_MS, onLate);
  });
  return () => cancel();
}

/**
 * Reads a body whose length is known, in one go: a reader of its chunks costs three times as much. No more
 * than was declared can come (RFC 9112, section 6.3). Where it is late, what is left of it ends with the
 * connection.
 */
function readDeclared(
  request: Request,
  options: ComingBody,
): Promise<Uint8Array<ArrayBuffer>> {
  const { maxBytes, timeoutMs, slot } = options;
  return new Promise((resolve, reject) => {
    const cancel = limitTime(options, () => reject(tooLate(timeoutMs)));
    request.bytes().then((bytes) => {
      cancel();
      if (bytes.length > maxBytes) return reject(tooLarge(maxBytes));
      const entering = slot?.stepIn(request) ?? null;
      if (entering === null) resolve(bytes);
      else entering.then(() => resolve(bytes), reject);
    }, (cause) => {
      cancel();
      reject(brokeOff(cause));
    });
  });
}

async function readChunks(
  chunks: ChunkReader,
  options: ComingBody,
): Promise<Uint8Array<ArrayBuffer>> {
  const { maxBytes, timeoutMs } = options;
  let isLate = false;
  const cancel = limitTime(options, () => {
    isLate = true;
    chunks.cancel();
  });
  try {
    const bytes = await readAll(chunks, maxBytes);
    if (!isLate) return bytes;
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw brokeOff(error);
  } finally {
    cancel();
    chunks.cancel();
  }
  throw tooLate(timeoutMs);
}

function tooLate(timeoutMs: number): ServiceError {
  return new ServiceError(
    "body_timeout",
    `The body did not arrive within ${timeoutMs} ms: send it again, faster`,
  );
}

function brokeOff(cause: unknown): ServiceError {
  return new ServiceError(
    "malformed_request",
    "The body broke off or its chunks are malformed: send it again, whole",
    { cause },
  );
}

async function readAll(chunks: ChunkReader, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new GrowingBytes();
  while (true) {
    const chunk = await chunks.read();
    if (chunk === null) return bytes.view();
    if (bytes.length + chunk.length > maxBytes) throw tooLarge(maxBytes);
    bytes.append(chunk);
  }
}

function tooLarge(maxBytes: number): ServiceError {
  return new ServiceError(
    "body_too_large",
    `The body has more than ${maxBytes} bytes: send less in one request`,
  );
}
