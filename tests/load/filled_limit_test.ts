/**
 * A caller whose requests last: it may fill the limit, and others are served all the same.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { eventually } from "../support/eventually.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";
import { held } from "../support/held_requests.ts";

/** A quarter of the default of `MAX_IN_FLIGHT`: what one caller may have, and where the limit starts. */
const LIMIT = 256;

let service: TestService & AsyncDisposable;
before(async () => {
  service = await startTestService({
    cqlDir: EXAMPLE,
    cql: {
      queries: `
-- name: read_notice :one
-- What everybody may read.
-- @route GET /notice
-- @public
SELECT release_version AS notice FROM system.local;
`,
    },
    routes: ["held/hold_anybody"],
    env: { TRUSTED_PROXIES: "127.0.0.1" },
  });
});
after(() => service?.[Symbol.asyncDispose]());

async function statusOf(path: string, address: string): Promise<number> {
  const response = await service.request(path, {
    user: null,
    headers: { "x-forwarded-for": address },
  });
  await response.body?.cancel();
  return response.status;
}

async function readLoad(name: string): Promise<number> {
  const text = await (await fetch(`${service.adminUrl}/metrics`)).text();
  return Number(new RegExp(`^cqlgate_load_${name} (\\d+)$`, "m").exec(text)![1]);
}

describe("A caller who has filled the limit", () => {
  it("leaves room for others, as its requests beyond its share do not count against them", async () => {
    const holding = Array.from({ length: LIMIT }, () => statusOf("/public/held", "198.51.100.7"));
    await eventually("they are held", () => held.length === LIMIT);
    expect([await readLoad("limit"), await readLoad("in_flight")]).toEqual([LIMIT, LIMIT]);
    for (const address of ["203.0.113.1", "203.0.113.2", "203.0.113.1"]) {
      expect(await statusOf("/notice", address)).toBe(200);
    }
    // It has its share, and nothing of it waits.
    expect(await statusOf("/notice", "198.51.100.7")).toBe(429);
    for (const release of held.splice(0)) release();
    expect(new Set(await Promise.all(holding))).toEqual(new Set([204]));
    expect(await statusOf("/notice", "198.51.100.7")).toBe(200);
  });
});
