/**
 * The API over TLS, with a certificate that can be replaced: new connections get the newest one, and
 * those that are open go on. `forwarder.ts` has the port, and `listen.ts` a server for each certificate.
 *
 * @module
 */
import type { Connection } from "../../routes/context.ts";
import { certificateMistake } from "./certificate.ts";
import { Forwarder, type ForwarderOptions } from "./forwarder.ts";
import {
  type Certificate,
  explainAddress,
  listen,
  type Listener,
  type ListenOptions,
} from "./listen.ts";

export interface TlsListener extends Listener {
  /**
   * Takes a certificate for new connections, unless it accepts none any more.
   *
   * @throws {Error} if the key does not belong to the certificate, or either is not PEM
   */
  replaceCertificate(certificate: Certificate): void;
}

export interface TlsListenOptions
  extends ListenOptions, Pick<ForwarderOptions, "onDropped" | "stallTimeoutMs"> {
  readonly certificate: Certificate;
}

const CLIENT_GONE = { status: 400, headers: { connection: "close" } };
const LOOPBACK = { hostname: "127.0.0.1", port: 0 };

/** @throws {Error} saying which address, certificate or key cannot be used, why, and what to do */
export function listenTls(
  { certificate, onDropped, stallTimeoutMs, ...options }: TlsListenOptions,
  handler: Deno.ServeHandler<Deno.NetAddr>,
): TlsListener {
  function serve(certificate: Certificate): Listener {
    const server = listen({ ...options, ...LOOPBACK, certificate }, (request, info) => {
      const client = forwarder.clientOf(info.remoteAddr, server.port);
      // Nobody may act under the address of this machine: its client is gone, or went past the port.
      if (client === null) return new Response(null, CLIENT_GONE);
      const { address: remoteAddr, end } = client;
      const connection: Connection = { remoteAddr, completed: info.completed, end };
      return handler(request, connection);
    });
    return server;
  }
  /** What the runtime says names neither the file nor the setting. */
  function serveWith(certificate: Certificate): Listener {
    try {
      return serve(certificate);
    } catch (error) {
      const mistake = certificateMistake(certificate);
      if (mistake === null) throw error;
      throw new Error(`Cannot serve over TLS: ${mistake}`, { cause: error });
    }
  }
  const forwarder = explainAddress(
    options,
    () => new Forwarder({ ...options, onDropped, stallTimeoutMs }),
  );
  const before = new Set<Listener>();
  let current: Listener;
  try {
    current = serveWith(certificate);
  } catch (error) {
    forwarder.close();
    throw error;
  }
  let isFinishing = false;
  forwarder.pointTo(current.port, () => {});
  return {
    port: forwarder.port,
    replaceCertificate(certificate) {
      if (isFinishing) return;
      const replaced = current;
      current = serveWith(certificate);
      before.add(replaced);
      forwarder.pointTo(current.port, () => {
        replaced.finish(0).finally(() => before.delete(replaced));
      });
    },
    async finish(graceMs) {
      isFinishing = true;
      const endsAt = performance.now() + graceMs;
      forwarder.close();
      await Promise.all([current, ...before].map((listener) => listener.finish(graceMs)));
      await forwarder.handOver(endsAt - performance.now());
    },
  };
}
