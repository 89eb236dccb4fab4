/**
 * Listens on the two ports of the service: of the API, and the admin port.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { certificateOf } from "../config/replaceable.ts";
import { methodName } from "../observe/metrics/method_name.ts";
import type { Observation, Observe } from "../observe/observation.ts";
import { type Addresses, PROBES } from "../routes/addresses.ts";
import { UNMATCHED } from "../routes/context.ts";
import { createPermit } from "../routes/cors/cors.ts";
import { exposedHeaders } from "../routes/cors/exposed_headers.ts";
import { localUrl } from "../server/listen/host_port.ts";
import { listen, type Listener, type Refusal } from "../server/listen/listen.ts";
import { listenTls, type TlsListener } from "../server/listen/listen_tls.ts";
import type { ApiParts } from "./api_parts.ts";

export interface Listeners {
  readonly api: Listener;
  readonly admin: Listener;
  /** The API's, if it is served over TLS; else null. */
  readonly tls: TlsListener | null;
  /** Of the API on this machine, with its prefix and without a slash at the end. */
  readonly url: string;
  readonly adminUrl: string;
}

export interface ListenersOptions {
  readonly parts: Pick<ApiParts, "addresses" | "origins" | "secure">;
  readonly serveApi: Deno.ServeHandler<Deno.NetAddr>;
  readonly serveAdmin: Deno.ServeHandler<Deno.NetAddr>;
  readonly observe: Observe;
}

/** @throws {Deno.errors.AddrInUse} if a port is taken; neither is held then */
export async function openListeners(
  config: Config,
  { parts: { addresses, origins, secure }, serveApi, serveAdmin, observe }: ListenersOptions,
): Promise<Listeners> {
  const { host: hostname, adminHost, basePath, stallTimeoutMs } = config;
  const onLost = (cause: unknown, retryInMs: number) => {
    const message = `The server stopped accepting connections; it retries in ${retryInMs} ms`;
    observe({ kind: "warning", message, cause });
  };
  const permit = origins === null
    ? null
    : createPermit({ policy: origins, exposed: exposedHeaders([]) });
  const onDropped = (cause: unknown) => {
    const message =
      "Connections are closed as soon as they are accepted, as they cannot be handed on";
    observe({ kind: "warning", message, cause });
  };
  const onRefusal = (request: Request, refusal: Refusal) => {
    const { headers } = refusal.response;
    secure(headers);
    permit?.(request, headers);
    observe(observationOf(request, refusal, addresses));
  };
  const certificate = certificateOf(config);
  const apiOptions = { hostname, port: config.port, onLost, onRefusal };
  const tls = certificate === null
    ? null
    : listenTls({ ...apiOptions, certificate, onDropped, stallTimeoutMs }, serveApi);
  const api = tls ?? listen(apiOptions, serveApi);
  const adminHostname = adminHost ?? hostname;
  let admin: Listener;
  try {
    admin = listen({ hostname: adminHostname, port: config.adminPort, onLost }, serveAdmin);
  } catch (error) {
    await api.finish(0);
    throw error;
  }
  const scheme = tls === null ? "http" : "https";
  return {
    api,
    admin,
    tls,
    url: localUrl({ hostname, port: api.port, scheme }) + basePath,
    adminUrl: localUrl({ hostname: adminHostname, port: admin.port }),
  };
}

/** Nothing is known of its caller, and probes are the only paths that say what they are. */
function observationOf(
  request: Request,
  { code, requestId, response: { status } }: Refusal,
  { routePath }: Pick<Addresses, "routePath">,
): Observation {
  const path = routePath(request);
  return {
    kind: "request",
    method: methodName(request.method),
    route: PROBES.includes(path) ? path : UNMATCHED,
    query: null,
    status,
    completed: true,
    durationMs: 0,
    cassandraMs: 0,
    requestId,
    issuer: null,
    subject: null,
    clientId: null,
    code,
    policy: null,
    cause: undefined,
  };
}
