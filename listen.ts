/**
 * A listening HTTP server that can finish what it has begun.
 *
 * @module
 */

export interface Listener {
  readonly port: number;
  /** Stops accepting and waits for what is in flight; breaks off what takes longer, in milliseconds. */
  finish(graceMs: number): Promise<void>;
}

/** @throws {Deno.errors.AddrInUse} saying which port is taken and what to do */
export function listen(
  { hostname, port }: { hostname: string; port: number },
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Listener {
  const abort = new AbortController();
  try {
    const server = Deno.serve({
      hostname,
      port,
      signal: abort.signal,
      automaticCompression: true,
      onListen: () => {},
    }, handler);
    return {
      port: server.addr.port,
      async finish(graceMs) {
        const timer = setTimeout(() => abort.abort(), graceMs);
        await server.shutdown();
        clearTimeout(timer);
      },
    };
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new Deno.errors.AddrInUse(
      `Cannot listen on ${hostname}:${port}: the port is taken: stop what uses it, or set PORT or ADMIN_PORT`,
    );
  }
}
