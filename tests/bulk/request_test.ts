import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { NDJSON, observation, stored, upload } from "../support/clients/bulk_client.ts";
import { inlined } from "../support/clients/openapi_reference.ts";
import { EXAMPLE, problemOf, startTestService, type TestService } from "../support/harness.ts";

const QUERIES = `
-- name: register_station :applied
-- Register stations unless their ids are taken.
-- @bulk
-- @route POST /registrations
-- @scope stations:write
-- @param tenant_id in claim:tenant
INSERT INTO stations (tenant_id, station_id, name) VALUES (:tenant_id, :station_id, :name)
IF NOT EXISTS;

-- name: observe_wind :exec
-- Record the wind, measured by one instrument.
-- @bulk
-- @route PUT /stations/{station_id}/winds/{month}
-- @scope observations:write
-- @param tenant_id in claim:tenant
-- @param pressure in query
-- @param month in path by=month
INSERT INTO observations (tenant_id, station_id, month, observed_at, pressure, wind)
VALUES (:tenant_id, :station_id, :month, :observed_at, :pressure, :wind);
`;

let service: TestService & AsyncDisposable;
before(async () => {
  service = await startTestService({ cqlDir: EXAMPLE, cql: { queries: QUERIES } });
});
after(() => service[Symbol.asyncDispose]());

describe("@bulk and what holds for all lines", () => {
  it("binds the path and the query to each line", async () => {
    const lines = [0, 1].map((hour) =>
      JSON.stringify({ observed_at: `2010-01-01T0${hour}:00:00Z`, wind: hour })
    );
    const { summary } = await upload(service, "/stations/winds/winds/2010-01?pressure=1000.5", {
      method: "PUT",
      body: lines.join("\n"),
    });
    expect(summary.written).toBe(2);
    expect((await stored(service, "winds")).map(({ pressure, wind }) => [pressure, wind]))
      .toEqual([[1000.5, 0], [1000.5, 1]]);
  });

  const path = "/stations/refused/winds/2010-01?pressure=1";
  const cases: {
    name: string;
    path: string;
    headers?: Record<string, string>;
    user?: string | null;
    status: number;
    code: string;
    pointer?: string;
  }[] = [
    {
      name: "a query parameter missing",
      path: "/stations/refused/winds/2010-01",
      status: 422,
      code: "invalid_input",
      pointer: "/query/pressure",
    },
    {
      name: "an unknown query parameter",
      path: `${path}&limit=1`,
      status: 422,
      code: "invalid_input",
      pointer: "/query/limit",
    },
    {
      name: "a path parameter that does not fit",
      path: "/stations/refused/winds/2010-13?pressure=1",
      status: 422,
      code: "invalid_input",
      pointer: "/path/month",
    },
    {
      name: "an answer that the caller does not take",
      path,
      headers: { accept: "text/csv" },
      status: 406,
      code: "not_acceptable",
    },
    {
      name: "another media type",
      path,
      headers: { "content-type": "text/tab-separated-values" },
      status: 415,
      code: "unsupported_media_type",
    },
    {
      name: "a content coding",
      path,
      headers: { "content-encoding": "gzip" },
      status: 415,
      code: "unsupported_media_type",
    },
    {
      name: "a content coding of JSON",
      path,
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
      status: 415,
      code: "unsupported_media_type",
    },
    { name: "no token", path, user: null, status: 401, code: "missing_token" },
    { name: "a scope missing", path, user: "reader", status: 403, code: "insufficient_scope" },
  ];
  for (const { name, path, headers = {}, status, code, pointer, ...options } of cases) {
    it(`refuses the whole request for ${name}`, async () => {
      const response = await service.request(path, {
        method: "PUT",
        body: '{"observed_at":"2010-01-01T00:00:00Z","wind":1}\n',
        headers: { "content-type": NDJSON, ...headers },
        ...options,
      });
      const problem = await problemOf(response);
      expect([response.status, problem.code]).toEqual([status, code]);
      expect(problem.errors?.map((each) => each.pointer)).toEqual(pointer && [pointer]);
      expect(await stored(service, "refused")).toEqual([]);
    });
  }

  it("tells that it takes no content coding", async () => {
    const packed = new Blob(["{}\n"]).stream().pipeThrough(new CompressionStream("gzip"));
    const response = await service.request(path, {
      method: "PUT",
      body: await new Response(packed).arrayBuffer(),
      headers: { "content-type": NDJSON, "content-encoding": "gzip" },
    });
    expect(response.headers.get("accept-encoding")).toBe("identity");
    expect((await problemOf(response)).detail).toContain('without "Content-Encoding"');
  });

  it("tells of the media types that it takes", async () => {
    const response = await service.request(path, {
      method: "PUT",
      body: "a\tb",
      headers: { "content-type": "text/tab-separated-values" },
    });
    expect(response.headers.get("accept")).toBe(`application/json, ${NDJSON}, text/csv`);
    expect((await problemOf(response)).detail).toContain(
      `"application/json" or "${NDJSON}" or "text/csv"`,
    );
  });

  it("takes the tenant from the token, and from no line", async () => {
    const line = JSON.stringify({ ...JSON.parse(observation(0)), tenant_id: "globex" });
    const { failures } = await upload(service, "/stations/theirs/observations", {
      body: `${line}\n`,
    });
    expect(failures.map(({ errors }) => errors?.[0]?.pointer)).toEqual(["/body/tenant_id"]);
    await upload(service, "/stations/ours/observations", { body: observation(0) });
    expect(await stored(service, "ours")).toHaveLength(1);
    const { rows } = await service.client.execute(
      "SELECT * FROM observations WHERE tenant_id = 'globex' ALLOW FILTERING",
    );
    expect(rows).toEqual([]);
  });
});

describe("GET /openapi.json", () => {
  it("describes what a bulk route takes and answers", async () => {
    const document = inlined(await (await fetch(`${service.url}/openapi.json`)).json());
    const { post } = document.paths["/stations/{station_id}/observations"];
    const { content, "x-streams": streams } = post.requestBody;
    expect(Object.keys(content)).toEqual(["application/json"]);
    const [object, array] = content["application/json"].schema.anyOf;
    expect(object.required).toEqual(["observed_at"]);
    expect(array).toEqual({ type: "array", items: object });
    expect(streams).toEqual({
      [NDJSON]: { itemSchema: object },
      "text/csv": { schema: { type: "string" } },
    });
    expect(Object.keys(post.responses[200].content)).toEqual([NDJSON]);
    expect(post.responses[204].description).toBe("Done");

    const { responses } = document.paths["/registrations"].post;
    expect(Object.keys(responses[201].content)).toEqual(["application/json"]);
    const single = document.paths["/stations"].post;
    expect(Object.keys(single.requestBody.content)).toEqual(["application/json"]);
  });
});
