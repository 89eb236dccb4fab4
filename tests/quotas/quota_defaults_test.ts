/**
 * The rates of the configuration on the running service: which routes they are for, and what they count
 * together.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { startSigningService } from "../support/auth/token_signer.ts";
import type { SigningService } from "../support/auth/token_signer.ts";
import { EXAMPLE } from "../support/harness.ts";

const QUERIES = `
-- name: own_rate :many
-- @route GET /own_rate
-- @scope stations:read
-- @param tenant_id in claim:tenant
-- @rate 1/d
SELECT station_id FROM stations WHERE tenant_id = :tenant_id;

-- name: own_rows :many
-- @route GET /own_rows
-- @scope stations:read
-- @param tenant_id in claim:tenant
-- @rate 5 rows/d
SELECT station_id FROM stations WHERE tenant_id = :tenant_id;

-- name: open_one :many
-- @route GET /open/{tenant_id}
-- @public
SELECT station_id FROM stations WHERE tenant_id = :tenant_id;

-- name: open_other :many
-- @route GET /open_too/{tenant_id}
-- @public
SELECT station_id FROM stations WHERE tenant_id = :tenant_id;
`;

let service: SigningService;
before(async () => {
  service = await startSigningService({
    cqlDir: EXAMPLE,
    cql: { queries: QUERIES },
    routes: ["rows/export_stations"],
    env: {
      RATE_LIMIT: "4/d per=claim:tenant limit=claim:limits.day max=6",
      RATE_LIMIT_PUBLIC: "2/d",
    },
  });
});
after(() => service?.[Symbol.asyncDispose]());

/** The statuses of requests of one caller, one after the other. */
async function statusesOf(paths: readonly string[], claims: Record<string, unknown> | null) {
  const headers: Record<string, string> = {};
  if (claims !== null) {
    headers.authorization = `Bearer ${await service.sign(service.claims(claims))}`;
  }
  const statuses: number[] = [];
  for (const path of paths) {
    const response = await service.request(path, { user: null, headers });
    await response.body?.cancel();
    statuses.push(response.status);
  }
  return statuses;
}

const times = (count: number, path: string) => Array<string>(count).fill(path);

describe("RATE_LIMIT", () => {
  it("counts all routes without a rate of that quantity together, and no others", async () => {
    const paths = [
      "/stations",
      "/own_rate",
      "/own_rows",
      "/exports/stations",
      "/stations",
      "/stations",
    ];
    expect(await statusesOf(paths, { tenant: "a" })).toEqual([200, 200, 200, 200, 200, 429]);
    expect(await statusesOf(["/own_rows", "/own_rate"], { tenant: "a" })).toEqual([429, 429]);
    expect(await statusesOf(["/stations", "/own_rate"], { tenant: "b", sub: "b" }))
      .toEqual([200, 200]);
  });

  it("is for the callers whom it names, whatever else is in their tokens", async () => {
    expect(await statusesOf(times(3, "/stations"), { tenant: "c", sub: "one" }))
      .toEqual([200, 200, 200]);
    expect(await statusesOf(times(2, "/stations"), { tenant: "c", sub: "other", client_id: "x" }))
      .toEqual([200, 429]);
  });

  it("takes another number from the token, up to the ceiling", async () => {
    const day = (count: number) => ({ limits: { day: count } });
    expect(await statusesOf(times(3, "/stations"), { tenant: "d", ...day(2) }))
      .toEqual([200, 200, 429]);
    expect(await statusesOf(times(7, "/stations"), { tenant: "e", ...day(1_000) }))
      .toEqual([200, 200, 200, 200, 200, 200, 429]);
    expect(await statusesOf(["/stations"], { tenant: "f", limits: { day: "9" } })).toEqual([403]);
  });

  it("does not count public routes, which have RATE_LIMIT_PUBLIC", async () => {
    const paths = ["/open/a", "/open_too/a", "/open/a"];
    expect(await statusesOf(paths, null)).toEqual([200, 200, 429]);
    expect(await statusesOf(["/stations"], { tenant: "g" })).toEqual([200]);
    // Nor does it count what is not a route of the API.
    expect(await statusesOf(["/livez", "/openapi.json"], null)).toEqual([200, 200]);
  });
});
