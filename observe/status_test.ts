import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { createStatus } from "./status.ts";

const UNKNOWN_CLOCK = {
  skew_ms: null,
  uncertainty_ms: null,
  max_skew_ms: null,
  refuses_writes: false,
  nodes: [],
};

describe("createStatus()", () => {
  it("is not ready, and knows nothing, as it starts", () => {
    expect(createStatus(() => 0).snapshot()).toEqual({
      status: "not_ready",
      reason: "it is starting",
      since: "1970-01-01T00:00:00.000Z",
      draining: false,
      cassandra: { state: "connecting", reason: null, datacenter: null, hosts: [] },
      unreachable: null,
      queries: null,
      issuers: [],
      reload: null,
      clock: UNKNOWN_CLOCK,
      control: null,
    });
  });

  it("says the last of each thing, and since when", () => {
    let now = 1_000;
    const status = createStatus(() => now);
    const host = { address: "10.0.0.1:9042", datacenter: "dc1" };
    for (const isUp of [false, true]) {
      status.observe({
        kind: "connection",
        state: isUp ? "up" : "down",
        hostsUp: isUp ? 1 : 0,
        hosts: [{ ...host, isUp }],
        reason: isUp ? null : "no node is reachable",
        retryInMs: null,
      });
    }
    status.observe({
      kind: "routes",
      queries: [{ name: "a", bulk: false, cached: false }],
      deprecated: [],
      migration: 7,
      durationMs: 5,
    });
    status.observe({ kind: "reload", succeeded: false, cause: new Error("no") });
    for (const fetched of [true, false]) {
      status.observe({
        kind: "issuer_keys",
        issuer: "https://a.example",
        fetched,
        usable: true,
        cause: undefined,
      });
    }
    for (const inUse of ["dc2", "dc1"]) {
      status.observe({
        kind: "datacenter",
        inUse,
        isLocal: inUse === "dc1",
        datacenters: ["dc1", "dc2"],
      });
    }
    const datacenter = { in_use: "dc1", local: true, since: "1970-01-01T00:00:01.000Z" };
    const unreachable = [{ query: "a", consistency: "QUORUM", partitions: "some" as const }];
    for (const each of [[], unreachable]) {
      status.observe({ kind: "availability", unreachable: each });
    }
    now = 2_000;
    status.observe({ kind: "readiness", ready: true, reason: null, awaitsMigrations: false });
    expect(status.snapshot()).toEqual({
      status: "ready",
      reason: null,
      since: "1970-01-01T00:00:02.000Z",
      draining: false,
      cassandra: { state: "up", reason: null, datacenter, hosts: [{ ...host, up: true }] },
      unreachable,
      queries: { count: 1, served_since: "1970-01-01T00:00:01.000Z", migration: 7 },
      issuers: [{ issuer: "https://a.example", fetched: false, usable: true }],
      reload: { ok: false, at: "1970-01-01T00:00:01.000Z", reason: "no" },
      clock: UNKNOWN_CLOCK,
      control: null,
    });
    now = 3_000;
    status.observe({ kind: "shutdown", step: "draining" });
    now = 4_000;
    status.observe({ kind: "shutdown", step: "closing" });
    expect(status.snapshot()).toMatchObject({
      status: "not_ready",
      reason: "it is shutting down",
      since: "1970-01-01T00:00:03.000Z",
      draining: true,
    });
  });
});
