/**
 * A listening HTTP server that can finish what it has begun.
 *
 * @module
 */

export interface Listener {
  readonly port: number;
  /** Stops accepting and waits for what is in flight, but no longer than that many milliseconds. */
  finish(graceMs: number): Promise<void>;
}

/** @throws {Deno.errors.AddrInUse} saying which port is taken and what to do */
export function listen(
  { hostname, port }: { hostname: string; port: number },
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Listener {
  try {
    const server = Deno.serve({
      hostname,
      port,
      automaticCompression: true,
      onListen: () => {},
    }, handler);
    return {
      port: server.addr.port,
      async finish(graceMs) {
        // A server that shuts down already cannot be aborted (Deno throws BadResource): what is left
        // fails when the session is closed, and ends with the process at the latest.
        const graceIsOver = Promise.withResolvers<void>();
        const timer = setTimeout(graceIsOver.resolve, graceMs);
        await Promise.race([server.shutdown(), graceIsOver.promise]);
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
