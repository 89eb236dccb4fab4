/** The handler of a hand-written route that takes too long ends its request, and keeps no place. */
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { released } from "../fixtures/routes/held/hold.ts";
import { eventually } from "../support/eventually.ts";
import { EXAMPLE, problemOf, startTestService } from "../support/harness.ts";

describe("A handler that does not answer", () => {
  it("is not waited for beyond HANDLER_TIMEOUT_MS, and its place is free", async () => {
    await using service = await startTestService({
      cqlDir: EXAMPLE,
      routes: ["held/hold"],
      env: { HANDLER_TIMEOUT_MS: "100", MAX_IN_FLIGHT: "1", MAX_IN_FLIGHT_PER_CALLER: "0" },
    });
    for (let time = 0; time < 3; time++) {
      const problem = await problemOf(await service.request("/hold"));
      expect([problem.status, problem.code]).toEqual([504, "timeout"]);
    }
    const entry = await eventually(
      "the requests are logged",
      () => service.observations.filter(({ kind }) => kind === "request").at(2),
    );
    expect(entry).toMatchObject({ status: 504, route: "/hold" });
    expect(entry).toMatchObject({ cause: { message: expect.stringContaining("within 100 ms") } });
    released.resolve();
  });
});
