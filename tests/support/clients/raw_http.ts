/**
 * HTTP as an attacker writes it: the bytes of a request as they are, where an honest client would
 * correct them or refuse to send them.
 *
 * @module
 */

const encoder = new TextEncoder();

export interface RawResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Headers;
  /** As it came: chunks are not put together. */
  readonly text: string;
}

export interface RawRequest {
  /** Default: GET. */
  readonly method?: string;
  readonly path: string;
  /** Lines as they are, in Latin-1, beside `Host` and `Connection`. */
  readonly headers?: readonly string[];
  /** After the head, as it is. Its length is not declared for it. */
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** The head of a request, in Latin-1. */
export function headOf(
  { method = "GET", path, headers = [] }: RawRequest,
): Uint8Array<ArrayBuffer> {
  const lines = [`${method} ${path} HTTP/1.1`, "Host: localhost", "Connection: close", ...headers];
  return Uint8Array.from(`${lines.join("\r\n")}\r\n\r\n`, (character) => character.charCodeAt(0));
}

/** Opens a connection to a service, as `new URL()` reads its address. */
export function connectTo(url: string): Promise<Deno.TcpConn> {
  const { hostname, port } = new URL(url);
  return Deno.connect({ hostname, port: Number(port) });
}

export async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}

/** Sends a request by a connection of its own and reads all of the answer. */
export async function sendRaw(url: string, request: RawRequest): Promise<RawResponse> {
  using connection = await connectTo(url);
  const { body = "" } = request;
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  // An answer may come before the body is read, and the connection be closed.
  const sending = writeAll(connection, headOf(request)).then(() => writeAll(connection, bytes));
  sending.catch(() => {});
  return await readResponse(connection);
}

/** What comes until the other side ends, however it does that. */
export async function readToEnd(connection: Deno.Conn): Promise<Uint8Array<ArrayBuffer>> {
  return await new Blob(await Array.fromAsync(piecesOf(connection))).bytes();
}

/** The first answer. The service may wait for more of a request that it has answered. */
export async function readResponse(connection: Deno.Conn): Promise<RawResponse> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  let expected = Infinity;
  for await (const piece of piecesOf(connection)) {
    pieces.push(piece);
    length += piece.length;
    if (expected === Infinity) expected = lengthOf(await new Blob(pieces).text());
    if (length >= expected) break;
  }
  return parseResponse(await new Blob(pieces).bytes());
}

async function* piecesOf(connection: Deno.Conn): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const buffer = new Uint8Array(64 * 1024);
  while (true) {
    const length = await connection.read(buffer).catch(() => null);
    if (length === null) return;
    yield buffer.slice(0, length);
  }
}

/** The bytes of an answer that declares its length; infinite for all others. */
function lengthOf(begun: string): number {
  const end = begun.indexOf("\r\n\r\n");
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(begun)?.[1];
  return end === -1 || length === undefined ? Infinity : end + 4 + Number(length);
}

/** @throws {Error} if it is not an answer */
export function parseResponse(bytes: Uint8Array): RawResponse {
  const whole = new TextDecoder().decode(bytes);
  const end = whole.indexOf("\r\n\r\n");
  const [first = "", ...lines] = whole.slice(0, end).split("\r\n");
  const status = /^HTTP\/1\.[01] (\d{3})\b/.exec(first)?.[1];
  if (end === -1 || status === undefined) {
    throw new Error(`Not an answer: ${JSON.stringify(whole.slice(0, 100))}`);
  }
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return { status: Number(status), headers, text: whole.slice(end + 4) };
}

/** The code of a problem; null for any other answer. */
export function codeOf({ text }: Pick<RawResponse, "text">): string | null {
  return /"code":"([a-z_]+)"/.exec(text)?.[1] ?? null;
}
