/**
 * Prints an access token of a demo user and nothing else, for use in `$(…)`. With `--dpop`, prints the
 * headers of one request whose token is bound to a key, for `curl --header @-`.
 *
 *     deno task --quiet token --user writer --scope "stations:read"
 *     deno task --quiet token --user writer --claim org_id=acme --claim 'groups=["ops"]'
 *     deno task --quiet token --user writer --dpop "GET http://localhost:8000/stations"
 *
 * @module
 */
import { parseArgs } from "node:util";
import { heedHelp } from "../../tasks/usage.ts";
import { dpopHeaders } from "./dpop_request.ts";
import { parseClaims } from "./token_claims.ts";
import { DEV_ISSUER, fetchToken } from "./token_request.ts";
import { demoUsers } from "./users.ts";

interface Arguments {
  readonly user: string;
  readonly scope?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly dpop?: string;
}

function readArguments(): Arguments {
  const { values: { user, scope, claim, dpop } } = parseArgs({
    args: Deno.args,
    options: {
      user: { type: "string" },
      scope: { type: "string" },
      claim: { type: "string", multiple: true },
      dpop: { type: "string" },
    },
  });
  if (user === undefined) {
    throw new Error(
      "Cannot get a token: --user is missing\n" +
        `Usage: --user ${
          Object.keys(demoUsers()).join("|")
        } [--scope "…"] [--claim name=value] [--dpop "GET http://…"]`,
    );
  }
  return {
    user,
    ...(scope === undefined ? {} : { scope }),
    ...(claim === undefined ? {} : { claims: parseClaims(claim) }),
    ...(dpop === undefined ? {} : { dpop }),
  };
}

/** What to print. */
async function print({ dpop, ...request }: Arguments): Promise<string> {
  const issuer = Deno.env.get("OIDC_ISSUER") || DEV_ISSUER;
  if (dpop === undefined) return await fetchToken({ ...request, issuer });
  const [, method, url] = /^([A-Z]+) (https?:\S+)$/.exec(dpop) ?? [];
  if (method === undefined || url === undefined) {
    throw new Error(
      `Cannot read --dpop "${dpop}": write the request as "GET http://localhost:8000/stations"`,
    );
  }
  const headers = await dpopHeaders({ ...request, issuer, method, url });
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join("\n");
}

if (import.meta.main) {
  heedHelp("token");
  try {
    console.log(await print(readArguments()));
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(1);
  }
}
