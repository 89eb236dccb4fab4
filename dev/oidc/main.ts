/**
 * The local OpenID provider as a process of its own, for the trial in `docker-compose.yml`. Anyone may log in
 * there as a demo user, so it is for one machine only, and `OIDC_ISSUER` is an address of that machine.
 *
 * @module
 */
import { startOidcProvider } from "./provider.ts";
import { DEV_ISSUER } from "./token_request.ts";

if (import.meta.main) {
  const issuer = Deno.env.get("OIDC_ISSUER") || DEV_ISSUER;
  // A container is reached at its own address, which Compose publishes only on this machine.
  const hostname = Deno.env.get("HOST") || "localhost";
  const provider = await startOidcProvider({
    port: Number(new URL(issuer).port),
    issuer,
    hostname,
  });
  console.log(`OpenID provider for a trial: ${provider.issuer}`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => provider.close().then(() => Deno.exit(0)));
  }
}
