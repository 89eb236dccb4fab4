/**
 * A caller over HTTP/2 that takes as much of an answer as it says, to the byte (RFC 9113, section 5.2). Over HTTP/1.1, the
 * systems of both ends take megabytes of what nobody reads. What the headers of the answer say stays unread.
 *
 * @module
 */
import { promptly } from "../eventually.ts";
import { writeAll } from "./raw_http.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const PREFACE = encoder.encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const FRAME_HEAD_BYTES = 9;
const SETTING_BYTES = 6;
const DATA = 0x0;
const HEADERS = 0x1;
const RST_STREAM = 0x3;
const SETTINGS = 0x4;
const PING = 0x6;
const WINDOW_UPDATE = 0x8;
const ACK = 0x1;
const END_STREAM = 0x1;
const END_HEADERS = 0x4;
const INITIAL_WINDOW_SIZE = 0x4;
/** The largest frame, and what a peer takes of a body before it says more. */
const MAX_FRAME_BYTES = 16_384;
const FIRST_WINDOW = 65_535;

export interface FrugalRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export class FrugalClient implements Disposable {
  readonly #connection: Deno.Conn;
  readonly #pieces: Bytes[] = [];
  readonly #headed = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<"complete" | "broken">();
  /** How much may be sent of a body, for the connection and for the stream. */
  #windows = { connection: FIRST_WINDOW, stream: FIRST_WINDOW };
  #widened = Promise.withResolvers<void>();
  #writing: Promise<void> = Promise.resolve();

  /** @param connection nobody else uses it; for one request */
  constructor(connection: Deno.Conn) {
    this.#connection = connection;
    this.#headed.promise.catch(() => {});
    this.#follow().catch((error) => {
      this.#headed.reject(error);
      this.#ended.resolve("broken");
    });
  }

  /**
   * Resolves when the headers of the answer are there.
   *
   * @param window the bytes of its body to take at first
   */
  async send({ method = "GET", path, headers = {}, body }: FrugalRequest, window = 0) {
    const settings = new DataView(new ArrayBuffer(SETTING_BYTES));
    settings.setUint16(0, INITIAL_WINDOW_SIZE);
    settings.setUint32(2, window);
    const fields = Object.entries({
      ":method": method,
      ":scheme": "https",
      ":authority": "localhost",
      ":path": path,
      ...headers,
    });
    await this.#write(PREFACE);
    await this.#writeFrame(SETTINGS, { payload: new Uint8Array(settings.buffer) });
    const flags = END_HEADERS | (body === undefined ? END_STREAM : 0);
    const payload = joined(fields.map(([name, value]) => field(name, value)));
    await this.#writeFrame(HEADERS, { flags, stream: 1, payload });
    // An answer may come before the body is read.
    if (body !== undefined) this.#sendBody(encoder.encode(body)).catch(() => {});
    await promptly("the headers of an answer", this.#headed.promise);
  }

  /** Takes so many further bytes. */
  async take(count: number): Promise<void> {
    const payload = new Uint8Array(4);
    new DataView(payload.buffer).setUint32(0, count);
    await this.#writeFrame(WINDOW_UPDATE, { payload });
    await this.#writeFrame(WINDOW_UPDATE, { payload, stream: 1 });
  }

  /** What has come of the body. */
  get received(): Bytes {
    return joined(this.#pieces);
  }

  /** Resolves when the answer is over. */
  get ended(): Promise<"complete" | "broken"> {
    return this.#ended.promise;
  }

  [Symbol.dispose](): void {
    try {
      this.#connection.close();
    } catch {
      // Its other end was first.
    }
  }

  async #sendBody(body: Bytes): Promise<void> {
    for (let sent = 0; sent < body.length;) {
      const { connection, stream } = this.#windows;
      const count = Math.min(MAX_FRAME_BYTES, connection, stream, body.length - sent);
      if (count === 0) {
        await promptly("room for more of the body", this.#widened.promise);
        continue;
      }
      const flags = sent + count === body.length ? END_STREAM : 0;
      this.#windows = { connection: connection - count, stream: stream - count };
      const payload = body.subarray(sent, sent += count);
      await this.#writeFrame(DATA, { flags, stream: 1, payload });
    }
  }

  async #follow(): Promise<void> {
    let rest = new Uint8Array();
    for await (const piece of this.#connection.readable) {
      rest = joined([rest, piece]);
      while (rest.length >= FRAME_HEAD_BYTES) {
        const head = new DataView(rest.buffer);
        const end = FRAME_HEAD_BYTES + (head.getUint32(0) >>> 8);
        if (rest.length < end) break;
        const payload = rest.slice(FRAME_HEAD_BYTES, end);
        await this.#hear(head.getUint8(3), {
          flags: head.getUint8(4),
          stream: head.getUint32(5),
          payload,
        });
        rest = rest.slice(end);
      }
    }
    this.#ended.resolve("broken");
  }

  async #hear(type: number, { flags, stream, payload }: Required<Frame>): Promise<void> {
    if (type === SETTINGS && (flags & ACK) === 0) {
      this.#windows.stream += windowIn(payload) - FIRST_WINDOW;
      await this.#writeFrame(SETTINGS, { flags: ACK });
    }
    if (type === PING && (flags & ACK) === 0) {
      await this.#writeFrame(PING, { flags: ACK, payload });
    }
    if (type === WINDOW_UPDATE) {
      const more = new DataView(payload.buffer).getUint32(0);
      this.#windows[stream === 0 ? "connection" : "stream"] += more;
      this.#widened.resolve();
      this.#widened = Promise.withResolvers<void>();
    }
    if (type === HEADERS) this.#headed.resolve();
    if (type === DATA) this.#pieces.push(payload);
    if (type === RST_STREAM) this.#ended.resolve("broken");
    const isOver = (type === DATA || type === HEADERS) && (flags & END_STREAM) !== 0;
    if (isOver) this.#ended.resolve("complete");
  }

  #writeFrame(
    type: number,
    { flags = 0, stream = 0, payload = new Uint8Array() }: Frame,
  ): Promise<void> {
    const frame = new Uint8Array(FRAME_HEAD_BYTES + payload.length);
    const head = new DataView(frame.buffer);
    head.setUint32(0, payload.length << 8 | type);
    head.setUint8(4, flags);
    head.setUint32(5, stream);
    frame.set(payload, FRAME_HEAD_BYTES);
    return this.#write(frame);
  }

  /** Frames go out one after the other. */
  #write(bytes: Bytes): Promise<void> {
    this.#writing = this.#writing.then(() => writeAll(this.#connection, bytes));
    return this.#writing;
  }
}

interface Frame {
  readonly flags?: number;
  readonly stream?: number;
  readonly payload?: Bytes;
}

/** How much settings let a peer send of a body at first. */
function windowIn(settings: Bytes): number {
  const view = new DataView(settings.buffer);
  for (let at = 0; at < settings.length; at += SETTING_BYTES) {
    if (view.getUint16(at) === INITIAL_WINDOW_SIZE) return view.getUint32(at + 2);
  }
  return FIRST_WINDOW;
}

/** A header as a literal that nobody remembers (RFC 7541, section 6.2.2). */
function field(name: string, value: string): Bytes {
  return joined([Uint8Array.of(0), text(name), text(value)]);
}

/** RFC 7541, section 5.2, without the code of Huffman. */
function text(value: string): Bytes {
  const bytes = encoder.encode(value);
  const length: number[] = [];
  if (bytes.length < 127) length.push(bytes.length);
  else {
    length.push(127);
    let rest = bytes.length - 127;
    for (; rest >= 128; rest >>>= 7) length.push(rest & 127 | 128);
    length.push(rest);
  }
  return joined([Uint8Array.from(length), bytes]);
}

function joined(parts: readonly Uint8Array<ArrayBufferLike>[]): Bytes {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
