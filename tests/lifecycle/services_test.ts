import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { eventually } from "../support/eventually.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";

async function connections({ client, config }: TestService): Promise<number> {
  const { rows } = await client.execute(
    "SELECT keyspace_name, client_options FROM system_views.clients",
  );
  return rows.filter(({ keyspace_name, client_options }) =>
    keyspace_name === config.keyspace && client_options.APPLICATION_NAME === "cqlgate"
  ).length;
}

async function requestCount({ adminUrl }: TestService): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const pattern = /^cqlgate_http_request_duration_seconds_count\{.*route="\/stations".*\} (\d+)$/gm;
  return [...text.matchAll(pattern)].reduce((sum, [, count]) => sum + Number(count), 0);
}

async function names(service: TestService): Promise<string[]> {
  const { items } = await (await service.request("/stations")).json();
  return items.map(({ name }: { name: string }) => name);
}

describe("two services in one process", () => {
  it("share nothing, and one outlives the other", async () => {
    await using one = await startTestService({ cqlDir: EXAMPLE });
    await using other = await startTestService({ cqlDir: EXAMPLE });
    for (const [service, name] of [[one, "One"], [other, "Other"]] as const) {
      const json = { station_id: "same", name };
      const response = await service.request("/stations", { method: "POST", json });
      expect(response.status).toBe(201);
    }
    expect([await names(one), await names(other)]).toEqual([["One"], ["Other"]]);
    expect([await requestCount(one), await requestCount(other)]).toEqual([2, 2]);

    expect(await connections(one)).toBeGreaterThan(0);
    await one.close();
    await eventually("no connection is left", async () => await connections(one) === 0);
    await expect(fetch(`${one.url}/livez`)).rejects.toThrow(TypeError);
    await expect(fetch(`${one.adminUrl}/metrics`)).rejects.toThrow(TypeError);

    expect(await connections(other)).toBeGreaterThan(0);
    expect(await names(other)).toEqual(["Other"]);
    expect(await requestCount(other)).toBe(3);
  });

  it("closes as often as it is told, and once", async () => {
    await using service = await startTestService({ cqlDir: EXAMPLE });
    const closing = service.close();
    await Promise.all([closing, service.close()]);
    await service.close();
    const steps = service.observations.filter(({ kind }) => kind === "shutdown");
    expect(steps.at(-1)).toEqual({ kind: "shutdown", step: "done" });
    expect(steps.filter((step) => "step" in step && step.step === "done")).toHaveLength(1);
  });
});
