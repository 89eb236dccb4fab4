/**
 * A caller who leaves while its request waits for a slot gives that up: nothing runs for nobody.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { entered, released } from "../fixtures/routes/held/hold.ts";
import { connectTo, headOf, writeAll } from "../support/clients/raw_http.ts";
import { eventually, promptly } from "../support/eventually.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";

const CQL = {
  migration: "CREATE TABLE words (id int PRIMARY KEY, word text);",
  queries: `
-- name: get_word :one
-- @route GET /words/{id}
-- @public
SELECT word FROM words WHERE id = :id;

-- name: set_word :exec
-- @route PUT /words/{id}
-- @public
UPDATE words SET word = :word WHERE id = :id;
`,
};

const BODY = '{"word":"tern"}';
const REQUESTS = [
  { path: "/words/1" },
  {
    method: "PUT",
    path: "/words/2",
    headers: ["Content-Type: application/json", `Content-Length: ${BODY.length}`],
    body: BODY,
  },
];

describe("A request that waits for a slot", () => {
  let service: OwnService;
  before(async () => {
    const env = { MAX_IN_FLIGHT: "1", MAX_IN_FLIGHT_PER_CALLER: "0", IN_FLIGHT_LIMIT: "fixed" };
    service = await startOwnService(CQL, { routes: ["held/hold"], env });
  });
  after(async () => {
    released.resolve();
    await service?.[Symbol.asyncDispose]();
  });

  async function queued(): Promise<number> {
    const text = await (await fetch(`${service.adminUrl}/metrics`)).text();
    return Number(/^cqlgate_load_queued (\d+)$/m.exec(text)?.[1]);
  }

  /** How the requests with an id have ended. */
  const endsOf = (id: string) =>
    service.observations.flatMap((each) =>
      each.kind === "request" && each.route === "/words/{id}" && each.requestId === id
        ? [{ status: each.status, completed: each.completed }]
        : []
    );

  it("is over when its caller leaves, and its statement does not run", async () => {
    const holding = service.request("/hold", { user: null });
    await promptly("the request is held", entered.promise);
    for (const { headers = [], body = "", ...request } of REQUESTS) {
      const id = `of:${request.method ?? "GET"}`;
      await eventually("a request is over because its caller has left", async () => {
        const before = endsOf(id).length;
        const connection = await connectTo(service.url);
        const lines = [...headers, `X-Request-Id: ${id}`];
        await writeAll(connection, headOf({ ...request, headers: lines }));
        await writeAll(connection, new TextEncoder().encode(body));
        // On a busy machine it may have waited too long already, and was refused.
        await eventually(
          "it waits",
          async () => await queued() === 1 || endsOf(id).length > before,
        );
        connection.close();
        await eventually("it is over", () => endsOf(id).length > before);
        return endsOf(id).at(-1)!.status === 499;
      });
      expect(endsOf(id).at(-1)).toEqual({ status: 499, completed: false });
    }
    expect(await queued()).toBe(0);
    released.resolve();
    expect((await holding).status).toBe(204);
    const answer = await service.request("/words/2", { user: null });
    expect([answer.status, await answer.text()]).toEqual([404, expect.any(String)]);
    const run = service.observations.flatMap((each) =>
      each.kind === "statement" ? [each.query] : []
    );
    expect(run.filter((query) => query.endsWith("_word"))).toEqual(["get_word"]);
  });
});
