import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Hono } from "hono";
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import type { AppEnv } from "../context.ts";
import { announceFailover, FAILOVER_HEADER } from "./announce_failover.ts";
import { requestId } from "./request_id.ts";
import { throughSteps } from "../through_steps.ts";

function queryAt(
  level: PreparedQuery["query"]["consistency"]["level"],
  conditional = false,
  serial: PreparedQuery["query"]["consistency"]["serial"] = null,
): Pick<PreparedQuery, "query"> {
  return { query: { consistency: { level, serial }, conditional } } as Pick<PreparedQuery, "query">;
}

/** What the header says, where each question whether it is away has these answers in turn. */
async function headerFor(
  queries: readonly Pick<PreparedQuery, "query">[],
  away: boolean[],
): Promise<string | null> {
  const app = new Hono<AppEnv>();
  const executor = { consistency: "LOCAL_QUORUM", isAway: () => away.shift() ?? false } as const;
  const steps = [
    requestId({ publicUrl: (path) => path, stallTimeoutMs: 60_000 }),
    announceFailover(queries, executor),
  ];
  app.get("/", throughSteps(steps), (context) => context.text("ok"));
  return (await app.request("/")).headers.get(FAILOVER_HEADER);
}

describe("announceFailover()", () => {
  it("says nothing while the local data centre serves", async () => {
    expect(await headerFor([queryAt(null)], [false, false])).toBeNull();
  });

  it("says so if another one served at the beginning or at the end", async () => {
    for (const away of [[true, true], [true, false], [false, true]]) {
      expect(await headerFor([queryAt(null)], away)).toBe("LOCAL_QUORUM;failover");
    }
  });

  it("names each level once, and the serial ones of lightweight transactions", async () => {
    const queries = [
      queryAt("ONE"),
      queryAt("ONE"),
      queryAt(null, true),
      queryAt("ALL", true, "LOCAL_SERIAL"),
      queryAt("TWO", false, "SERIAL"),
    ];
    expect(await headerFor(queries, [true])).toBe(
      "ONE;failover, LOCAL_QUORUM;failover, SERIAL;failover, ALL;failover, LOCAL_SERIAL;failover, TWO;failover",
    );
  });

  it("says nothing for a route that runs no query", async () => {
    expect(await headerFor([], [true, true])).toBeNull();
  });
});
