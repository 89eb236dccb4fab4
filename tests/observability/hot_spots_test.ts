/**
 * `/debug/hot` on the admin port: the partitions, callers and tenants that cause the load.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";
import { eventually } from "../support/eventually.ts";
import { startOwnService, succeed } from "../support/own_service.ts";

const SECRET = "s3cret";

interface HotSpots {
  readonly current: {
    readonly partitions: readonly {
      readonly query: string;
      readonly statements: number;
      readonly hottest: readonly { readonly key: string; readonly statements: number }[];
    }[];
    readonly callers: readonly { readonly sub: string; readonly requests: number }[];
    readonly tenants: readonly { readonly tenant: string; readonly requests: number }[];
  };
}

let service: TestService & AsyncDisposable;
before(async () => {
  service = await startTestService({ cqlDir: EXAMPLE, env: { TENANT_CLAIM: "tenant" } });
});
after(() => service?.[Symbol.asyncDispose]());

async function readHotSpots(
  { adminUrl } = service,
): Promise<{ readonly text: string; readonly hot: HotSpots }> {
  const response = await fetch(`${adminUrl}/debug/hot`);
  expect([response.status, response.headers.get("cache-control")]).toEqual([200, "no-store"]);
  const text = await response.text();
  return { text, hot: JSON.parse(text) };
}

describe("GET /debug/hot", () => {
  it("has the hottest partitions of a query, hashed, and who asked", async () => {
    const path = (month: string) => `/stations/${SECRET}/observations/${month}`;
    for (const month of ["2010-01", "2010-02", "2010-01", "2010-01"]) {
      await (await service.request(path(month))).body?.cancel();
    }
    await (await service.request(path("2010-01"), { user: "reader" })).body?.cancel();
    const { hot: { current }, text } = await eventually("all are noted", async () => {
      const read = await readHotSpots();
      const count = read.hot.current.callers.reduce((sum, { requests }) => sum + requests, 0);
      return count === 5 && read;
    });
    const [list] = current.partitions;
    expect(list).toMatchObject({ query: "list_observations", statements: 5 });
    expect(list!.hottest.map(({ statements }) => statements)).toEqual([3, 1, 1]);
    for (const { key } of list!.hottest) expect(key).toMatch(/^[\w-]{16}$/);
    expect(current.callers.map(({ sub, requests }) => [sub, requests]).sort())
      .toEqual([["reader", 1], ["writer", 4]]);
    expect(current.tenants.map(({ tenant, requests }) => [tenant, requests]).sort())
      .toEqual([["acme", 4], ["globex", 1]]);
    expect(text).not.toContain(SECRET);
  });

  it("has the partitions of keys with constants, as those of markers, and none of a list", async () => {
    const select = (name: string, where: string) => `
-- name: ${name} :many
-- @route GET /${name}/{id}
-- @public
SELECT v FROM orders WHERE ${where};
`;
    await using own = await startOwnService({
      migration: "CREATE TABLE orders (kind text, id int, v int, PRIMARY KEY ((kind, id)));",
      queries: [
        select("by_marker", "kind = :kind AND id = :id"),
        select("by_constant", "kind = 'order' AND id = :id"),
        select("by_list", "kind IN (:kind, :other) AND id = :id"),
      ].join(""),
    });
    for (const path of ["by_marker/1?kind=order", "by_constant/1", "by_list/1?kind=a&other=b"]) {
      await succeed(own.request(`/${path}`, { user: null }));
    }
    const { hot } = await readHotSpots(own);
    const keys = new Map(
      hot.current.partitions.map(({ query, hottest }) => [query, hottest.map(({ key }) => key)]),
    );
    expect([...keys.keys()].sort()).toEqual(["by_constant", "by_marker"]);
    expect(keys.get("by_constant")).toEqual(keys.get("by_marker"));
  });

  it("is not among the paths of the API", async () => {
    const response = await service.request("/debug/hot");
    await response.body?.cancel();
    expect(response.status).toBe(404);
  });
});
