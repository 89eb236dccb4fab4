/**
 * A service whose clock is off: what it still does, what it refuses, and what it says of it.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, afterEach, before, describe, it } from "@std/testing/bdd";
import { openUpload, parseReport } from "../support/clients/bulk_client.ts";
import { eventually } from "../support/eventually.ts";
import type { TestRequest, TestService } from "../support/harness.ts";
import { startOwnService } from "../support/own_service.ts";

const MIGRATION = `CREATE TABLE accounts (id text PRIMARY KEY, owner text, amount int);
CREATE TABLE visits (id text PRIMARY KEY, visits counter);
CREATE TABLE logins (day date, id text, PRIMARY KEY (day, id));`;

const QUERIES = `
-- @scope stations:write

-- name: put_account :exec
-- @route PUT /accounts/{id}
INSERT INTO accounts (id, owner, amount) VALUES (:id, :owner, :amount);

-- name: put_accounts :exec
-- @route POST /accounts
-- @bulk
INSERT INTO accounts (id, owner, amount) VALUES (:id, :owner, :amount);

-- name: charge_account :applied
-- @route POST /accounts/{id}/charges
UPDATE accounts SET amount = :amount WHERE id = :id IF amount = :seen;

-- name: record_login :applied
-- @route POST /logins/{id}
-- @param day in bucket:now by=day
INSERT INTO logins (day, id) VALUES (:day, :id) IF NOT EXISTS;

-- name: count_visit :exec
-- @route POST /visits/{id}
UPDATE visits SET visits = visits + 1 WHERE id = :id;

-- name: peek_account :one
-- @route GET /accounts/{id}
SELECT id, owner, amount FROM accounts WHERE id = :id;
`;

const ACCOUNT = { owner: "a", amount: 1 };
const put = (id: string, json: object = ACCOUNT): [string, TestRequest] => [
  `/accounts/${id}`,
  { method: "PUT", json },
];

/** How far ahead the service's clock is. */
let aheadMs = 0;
const stack = new AsyncDisposableStack();
let service: TestService;
before(async () => {
  service = stack.use(
    await startOwnService({ migration: MIGRATION, queries: QUERIES }, {
      routes: ["calls/move_amount"],
      now: () => Date.now() + aheadMs,
    }),
  );
});
after(() => stack.disposeAsync());
afterEach(() => aheadMs = 0);

async function outcomeOf(path: string, request: TestRequest = {}): Promise<unknown[]> {
  const response = await service.request(path, request);
  const text = await response.text();
  const { code } = text === "" ? {} : JSON.parse(text);
  return code === undefined ? [response.status] : [response.status, code];
}

const REFUSED = [503, "clock_skewed"];

/** As the nodes keep it, in milliseconds ahead of now; null if there is no such row. */
async function writeTimeOf(id: string): Promise<number | null> {
  const { rows: [row] } = await service.client.execute(
    "SELECT writetime(owner) AS at FROM accounts WHERE id = ?",
    [id],
    { prepare: true },
  );
  return row === undefined ? null : Number(row.at) / 1_000 - Date.now();
}

async function clockOf() {
  const response = await fetch(`${service.adminUrl}/readyz?verbose`);
  return [response.status, (await response.json()).clock];
}

async function metricsOf(): Promise<Record<string, string>> {
  const text = await (await fetch(`${service.adminUrl}/metrics`)).text();
  return Object.fromEntries(
    text.split("\n").filter((line) => /^cqlgate_clock/.test(line)).map((line) => line.split(" ")),
  );
}

describe("A clock that agrees with the nodes", () => {
  it("is compared before the first write, and said to be right", async () => {
    const first = service.observations.find((each) => each.kind === "clock" && each.skew !== null);
    const ready = service.observations.find((each) => each.kind === "readiness" && each.ready);
    const { observations } = service;
    expect(observations.indexOf(first!)).toBeLessThan(observations.indexOf(ready!));
    const [contactPoint] = service.config.contactPoints;
    const [status, clock] = await clockOf();
    expect([status, clock]).toEqual([200, {
      skew_ms: expect.any(Number),
      uncertainty_ms: expect.any(Number),
      max_skew_ms: 1000,
      refuses_writes: false,
      nodes: [{ address: contactPoint, skew_ms: expect.any(Number) }],
    }]);
    expect(Math.abs(clock.skew_ms)).toBeLessThanOrEqual(clock.uncertainty_ms);
    expect(await metricsOf()).toMatchObject({ cqlgate_clock_nodes: "1", cqlgate_clock_ok: "1" });
  });

  it("is right within the bound", async () => {
    aheadMs = 600;
    expect(await outcomeOf(...put("near"))).toEqual([204]);
    expect(await writeTimeOf("near")).toBeGreaterThan(-60_000);
  });
});

for (const [where, shiftMs] of [["ahead of", 60_000], ["behind", -60_000]] as const) {
  describe(`A clock that is set ${where} the nodes'`, () => {
    const id = `far_${where.slice(0, 1)}`;

    it("writes nothing from the very next request on", async () => {
      expect(await outcomeOf(...put("stays", { owner: "before", amount: 2 }))).toEqual([204]);
      aheadMs = shiftMs;
      expect(await outcomeOf(...put(id))).toEqual(REFUSED);
      expect(await outcomeOf("/visits/x", { method: "POST" })).toEqual(REFUSED);
      // The nodes time it, but its day is of this clock.
      expect(await outcomeOf("/logins/x", { method: "POST" })).toEqual(REFUSED);
      expect(await outcomeOf(`/moves/${id}`, { method: "POST" })).toEqual(REFUSED);
      const bulk = { method: "POST", json: [{ id, ...ACCOUNT }] };
      expect(await outcomeOf("/accounts", bulk)).toEqual(REFUSED);
      expect(await writeTimeOf(id)).toBe(null);
    });

    it("reads, and leaves what Cassandra times to Cassandra", async () => {
      aheadMs = shiftMs;
      expect(await outcomeOf("/accounts/stays")).toEqual([200]);
      const charge = { method: "POST", json: { amount: 3, seen: 2 } };
      expect(await outcomeOf("/accounts/stays/charges", charge)).toEqual([201]);
      const { rows } = await service.client.execute(
        "SELECT writetime(amount) AS at FROM accounts WHERE id = 'stays'",
      );
      expect(Math.abs(Number(rows[0]!.at) / 1_000 - Date.now())).toBeLessThan(30_000);
      await service.client.execute("UPDATE accounts SET amount = 2 WHERE id = 'stays' IF EXISTS");
    });

    it("is told to operators, who find the service ready", async () => {
      aheadMs = shiftMs;
      expect(await outcomeOf(...put(id))).toEqual(REFUSED);
      await eventually("it is compared again", () => {
        const last = service.observations.findLast((each) => each.kind === "clock");
        return last?.skew && Math.abs(last.skew.likelyMs - shiftMs) < 30_000 && last.refuses;
      });
      const [status, clock] = await clockOf();
      expect(status).toBe(200);
      expect(clock).toMatchObject({ refuses_writes: true, max_skew_ms: 1000 });
      expect(Math.round(clock.skew_ms / 1_000)).toBe(shiftMs / 1_000);
      const metrics = await metricsOf();
      expect(metrics).toMatchObject({ cqlgate_clock_ok: "0" });
      expect(Math.round(Number(metrics.cqlgate_clock_skew_seconds))).toBe(shiftMs / 1_000);
      const refused = service.observations.findLast((each) => each.kind === "request");
      expect(refused).toMatchObject({
        code: "clock_skewed",
        cause: {
          message: expect.stringMatching(
            /^The clock of this process is \d+ ms (ahead of|behind) the nodes'$/,
          ),
        },
      });
    });

    it("writes again, as of now, as soon as it is right", async () => {
      aheadMs = shiftMs;
      expect(await outcomeOf(...put(id))).toEqual(REFUSED);
      // A read asks for a time, too.
      expect(await outcomeOf("/accounts/stays")).toEqual([200]);
      aheadMs = 0;
      expect(await outcomeOf(...put(id))).toEqual([204]);
      expect(Math.abs((await writeTimeOf(id))!)).toBeLessThan(30_000);
      await service.client.execute("DELETE FROM accounts WHERE id = ?", [id]);
    });
  });
}

describe("An upload", () => {
  it("stops where the clock is set, and says so", async () => {
    const { writer, response } = openUpload(service, "/accounts");
    const line = (id: string) => `${JSON.stringify({ id, ...ACCOUNT })}\n`;
    await writer.write(line("up_1"));
    await eventually("the first line is written", async () => await writeTimeOf("up_1") !== null);
    aheadMs = 60_000;
    await writer.write(line("up_2"));
    await writer.close();
    const { summary } = parseReport(await (await response).text());
    expect(summary).toEqual({
      read: 1,
      written: 1,
      failed: 0,
      stopped: expect.stringContaining("The time of a write cannot be trusted"),
    });
    expect(await writeTimeOf("up_2")).toBe(null);
  });
});
