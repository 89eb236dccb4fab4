/**
 * A client of the service as a careful user would write it: it renews its token in time, and waits
 * when the service asks it to.
 *
 * @module
 */
import { decodeJwt } from "jose";
import { fetchToken } from "../oidc/token_request.ts";

/** A response with its parsed body; `undefined` if it has no body. */
export interface DemoAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Newline-delimited JSON, in which lines go in and out. */
const NDJSON = "application/x-ndjson";

const RENEW_BEFORE_EXPIRY_MS = 30_000;
const MAX_ATTEMPTS = 10;

/** Calls the service with the token of one demo user. */
export class DemoClient {
  readonly #url: string;
  readonly #identity: { issuer: string; user: string };
  #token: Promise<{ text: string; expiresAt: number }> | undefined;

  constructor(url: string, identity: { issuer: string; user: string }) {
    this.#url = url.replace(/\/$/, "");
    this.#identity = identity;
  }

  get(path: string): Promise<DemoAnswer> {
    return this.#request("GET", path);
  }

  /** Posts JSON. A 503 is tried again, so the path must be one that may be called twice. */
  post(path: string, body: unknown): Promise<DemoAnswer> {
    return this.#request("POST", path, JSON.stringify(body));
  }

  /**
   * Posts lines of JSON as one stream, and yields the lines of the answer.
   *
   * @param lines called again where the service could not take the first; as with `post`, the path
   * must be one that may be called twice
   * @throws {Error} with the problem, where the service refuses
   */
  upload(path: string, lines: () => Iterable<string>): AsyncGenerator<unknown> {
    return this.#lines(path, () => ({
      method: "POST",
      headers: { "content-type": NDJSON },
      body: ReadableStream.from(lines()).pipeThrough(new TextEncoderStream()),
    }));
  }

  /**
   * Yields the rows of a stream, one after the other.
   *
   * @throws {Error} with the problem, where the service refuses, or where the stream breaks off
   */
  stream(path: string): AsyncGenerator<unknown> {
    return this.#lines(path, () => ({ headers: { accept: NDJSON } }));
  }

  async *#lines(path: string, init: () => RequestInit): AsyncGenerator<unknown> {
    const response = await this.#send(path, init);
    const { status, body } = response;
    if (status !== 200 || body === null) {
      throw new Error(`Cannot use ${path}: it answers ${status}\n${await response.text()}`);
    }
    let rest = "";
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      for (const line of lines) yield JSON.parse(line);
    }
    if (rest !== "") throw new Error(`Cannot use ${path}: it broke off in the middle of a line`);
  }

  async #request(method: string, path: string, body?: string): Promise<DemoAnswer> {
    const response = await this.#send(path, () => ({
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body ?? null,
    }));
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : parseJson(text) };
  }

  /** Sends a request, again while the service asks to retry later. */
  async #send(path: string, init: () => RequestInit): Promise<Response> {
    for (let attempt = 1;; attempt++) {
      const { headers, ...others } = init();
      const authorization = `Bearer ${await this.#currentToken()}`;
      const response = await this.#fetch(path, {
        ...others,
        headers: { ...headers as Record<string, string>, authorization },
      });
      if (response.status !== 503 || attempt === MAX_ATTEMPTS) return response;
      await response.body?.cancel();
      const seconds = Number(response.headers.get("retry-after") ?? "1");
      await new Promise((resolve) => setTimeout(resolve, (seconds || 1) * 1_000));
    }
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(`${this.#url}${path}`, init);
    } catch (error) {
      const { message, cause } = error as Error;
      throw new Error(
        `Cannot reach the service at "${this.#url}": ${(cause as Error)?.message ?? message}\n` +
          "Start it with `deno task dev`, or set CQLGATE_URL to where it runs.",
      );
    }
  }

  /** The token in hand, or a new one shortly before it expires; one request for all callers. */
  async #currentToken(): Promise<string> {
    const pending = this.#token ??= this.#renew();
    const token = await pending;
    if (token.expiresAt - Date.now() > RENEW_BEFORE_EXPIRY_MS) return token.text;
    if (this.#token === pending) this.#token = this.#renew();
    return (await this.#token).text;
  }

  async #renew(): Promise<{ text: string; expiresAt: number }> {
    const text = await fetchToken(this.#identity);
    return { text, expiresAt: (decodeJwt(text).exp ?? 0) * 1_000 };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
