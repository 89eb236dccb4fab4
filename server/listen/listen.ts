/**
 * An HTTP server that finishes requests in flight before it stops, and listens again if the runtime
 * stops accepting. The runtime's accept loop ends when the process runs out of descriptors, and
 * every later connection would be refused. Open connections are still served.
 *
 * @module
 */
import { backoff } from "../../db/driver/timing/backoff.ts";
import type { Code } from "../../errors/codes.ts";
import { problemAnswer } from "../../errors/problem_document.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { hostPort } from "./host_port.ts";
import { Pending } from "../pending.ts";
import { createUrlCheck } from "./request_url.ts";
import { within } from "../../runtime/within.ts";

export interface Listener {
  readonly port: number;
  /** Stops accepting and waits for requests in flight, for at most this many milliseconds. */
  finish(graceMs: number): Promise<void>;
}

/** PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface ListenOptions {
  readonly hostname: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Default: no TLS. */
  readonly certificate?: Certificate | undefined;
  /** Called each time that nothing listens any more, with the reason, and the time until the next attempt. */
  readonly onLost: (cause: unknown, retryInMs: number) => void;
  /** Completes the headers of what is refused here, and notes it, as an app does with its own answers. */
  readonly onRefusal?: ((request: Request, refusal: Refusal) => void) | undefined;
}

/** The answer to a request that no app gets to see. */
export interface Refusal {
  readonly code: Code;
  readonly requestId: string;
  readonly response: Response;
}

/**
 * Share of the grace period for uploads to finish; the rest is for answering interrupted uploads.
 */
const UPLOADS_SHARE = 0.9;
/** Longest time for the last bytes of an answer to leave, in milliseconds. */
const LINGER_MS = 1_000;
// At least a quarter of a second: idle connections take a while to close.
const RELISTEN = { baseMs: 250, capMs: 2_000 };
const RELISTEN_MIN_MS = 250;
/** A listener that lasted this long was healthy: after it, delays start short again. */
const WELL_MS = 30_000;

/** @throws {Error} saying which address cannot be used, why, and what to do */
export function listen(
  { hostname, port, certificate, onLost, onRefusal = () => {} }: ListenOptions,
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Listener {
  const unanswered = new Pending();
  const uploads = new Pending();
  const mistakeInUrl = createUrlCheck();
  let isFinishing = false;
  function refusalOf(request: Request): Refusal | null {
    const mistake = mistakeInUrl(request);
    if (mistake !== null) return refuse("malformed_request", mistake);
    return isFinishing ? refuse("not_ready", "The service is shutting down") : null;
  }
  function serve(port: number): Deno.HttpServer<Deno.NetAddr> {
    return Deno.serve({
      hostname,
      port,
      ...certificate,
      automaticCompression: true,
      onListen: () => {},
    }, (request, info) => {
      const refusal = refusalOf(request);
      if (refusal !== null) {
        onRefusal(request, refusal);
        return refusal.response;
      }
      const { completed } = info;
      unanswered.add(completed);
      if (request.method !== "GET") uploads.add(completed);
      return handler(request, info);
    });
  }

  /** The server that accepts connections; a lost server keeps the connections that it has. */
  let server = certificate === undefined
    ? explainAddress({ hostname, port }, () => serve(port))
    : serve(port);
  let delays = backoff(RELISTEN);
  let listensSince = performance.now();
  /** Whether there may be connections that `server` knows nothing of. */
  let wasLost = false;
  async function keepListening(): Promise<void> {
    while (!isFinishing) {
      const cause = await server.finished.then(() => null, (error) => error);
      if (isFinishing) return;
      if (performance.now() - listensSince > WELL_MS) delays = backoff(RELISTEN);
      await listenAgain(cause);
    }
  }
  async function listenAgain(cause: unknown): Promise<void> {
    wasLost = true;
    for (let reason = cause; !isFinishing;) {
      const retryInMs = RELISTEN_MIN_MS + delays.next().value;
      onLost(reason, retryInMs);
      await new Promise((resolve) => setTimeout(resolve, retryInMs));
      if (isFinishing) return;
      try {
        server = serve(server.addr.port);
        listensSince = performance.now();
        return;
      } catch (error) {
        reason = error;
      }
    }
  }
  void keepListening();

  return {
    port: server.addr.port,
    async finish(graceMs) {
      isFinishing = true;
      const endsAt = performance.now() + graceMs;
      // A server that shuts down stops reading bodies that are still arriving.
      await within(uploads.none(), graceMs * UPLOADS_SHARE);
      // It throws where nothing listens any more.
      const shutdown = shutDown(server).catch(() => unanswered.none());
      // A lost server cannot be shut down, but still has its connections, and nothing says when the last bytes
      // have left them.
      const gone = wasLost ? new Promise(() => {}) : shutdown;
      // A body that was answered early, such as one that is too large, need not be read to its end:
      // its connection would keep the server open.
      const answered = unanswered.none().then(() => within(gone, LINGER_MS));
      // A server that is shutting down cannot be aborted (Deno throws BadResource). Remaining
      // requests fail when the session is closed, and end with the process at the latest.
      await within(Promise.race([gone, answered]), endsAt - performance.now());
    },
  };
}

/** Deno throws at once if there is nothing to shut down. */
async function shutDown(server: Deno.HttpServer<Deno.NetAddr>): Promise<void> {
  await server.shutdown();
}

/** @throws {Error} saying which address cannot be used, why, and what to do; AddrInUse if the port is taken */
export function explainAddress<Result>(
  address: { readonly hostname: string; readonly port: number },
  listen: () => Result,
): Result {
  try {
    return listen();
  } catch (error) {
    const refusal = `Cannot listen on ${hostPort(address)}`;
    if (error instanceof Deno.errors.AddrInUse) {
      throw new Deno.errors.AddrInUse(
        `${refusal}: the port is taken: stop what uses it, or set PORT or ADMIN_PORT`,
      );
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${refusal}: ${reason}: correct HOST, PORT, ADMIN_HOST or ADMIN_PORT`, {
      cause: error,
    });
  }
}

function refuse(code: Code, detail: string): Refusal {
  const requestId = crypto.randomUUID();
  const headers = { "x-request-id": requestId, "connection": "close" };
  const response = problemAnswer(new ServiceError(code, detail, { headers }), requestId);
  return { code, requestId, response };
}
