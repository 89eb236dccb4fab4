/**
 * The container's health check: whether the process answers at all. Whether it is ready is for the
 * load balancer to ask, at `/readyz`; a restart would not bring Cassandra back. With `--ready` it asks for
 * that, for containers that wait for this one.
 *
 * @module
 */
/** Where a service with this HOST can be asked; one that listens on every address, on the loopback one. */
export function hostToAsk(host: string | undefined): string {
  const address = host?.trim() ?? "";
  if (["", "0.0.0.0", "::"].includes(address)) return "127.0.0.1";
  return address.includes(":") ? `[${address}]` : address;
}

if (import.meta.main) {
  const port = Deno.env.get("PORT") ?? "8000";
  // Its certificate is for the name that clients use, and is not verified here.
  const scheme = Deno.env.get("TLS_CERT") ? "https" : "http";
  const path = Deno.args.includes("--ready") ? "/readyz" : "/livez";
  try {
    const host = hostToAsk(Deno.env.get("HOST"));
    const response = await fetch(`${scheme}://${host}:${port}${path}`, {
      signal: AbortSignal.timeout(2_000),
    });
    Deno.exit(response.ok ? 0 : 1);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
