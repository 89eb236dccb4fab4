/**
 * @module
 * A client of the service as a careful user would write it: it renews its token in time, and waits
 * when the service asks it to.
 */

import { decodeJwt } from "jose";
import { fetchToken } from "./token.ts";

/** An answer of the service, its body parsed; `undefined` where there is none. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

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

  get(path: string): Promise<Answer> {
    return this.#request("GET", path);
  }

  /** Posts JSON. A 503 is tried again, so the path must be one that may be called twice. */
  post(path: string, body: unknown): Promise<Answer> {
    return this.#request("POST", path, JSON.stringify(body));
  }

  async #request(method: string, path: string, body?: string): Promise<Answer> {
    for (let attempt = 1;; attempt++) {
      const headers = {
        authorization: `Bearer ${await this.#currentToken()}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      };
      const response = await this.#fetch(path, { method, headers, body: body ?? null });
      const text = await response.text();
      if (response.status === 503 && attempt < MAX_ATTEMPTS) {
        const seconds = Number(response.headers.get("retry-after") ?? "1");
        await new Promise((resolve) => setTimeout(resolve, (seconds || 1) * 1_000));
        continue;
      }
      return { status: response.status, body: text === "" ? undefined : parseJson(text) };
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
