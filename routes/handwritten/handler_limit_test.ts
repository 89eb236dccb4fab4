import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Alarms } from "../../runtime/alarms.ts";
import { eventually, promptly } from "../../tests/support/eventually.ts";
import { inTime } from "./handler_limit.ts";

const AN_HOUR = 3_600_000;

describe("inTime()", () => {
  it("passes on what comes in time, and forgets its alarm", async () => {
    const alarms = new Alarms();
    const limit = { timeoutMs: AN_HOUR, alarms, mayWrite: true };
    const error = new Error("It broke");
    expect(await inTime(Promise.resolve("it"), limit)).toBe("it");
    await expect(inTime(Promise.reject(error), limit)).rejects.toBe(error);
  });

  for (const [mayWrite, code] of [[false, "timeout"], [true, "outcome_unknown"]] as const) {
    it(`fails with "${code}" where the handler ${mayWrite ? "may write" : "only reads"}`, async () => {
      const limit = { timeoutMs: 1, alarms: new Alarms(), mayWrite };
      const late = inTime(Promise.withResolvers().promise, limit);
      await promptly("it is over", late.catch(() => {}));
      await expect(late).rejects.toMatchObject({
        code,
        cause: { message: "The handler did not return within 1 ms (HANDLER_TIMEOUT_MS)" },
      });
    });
  }

  it("cancels the stream of a response that comes too late, and hears no error of it", async () => {
    let isCancelled = false;
    const body = new ReadableStream({
      cancel() {
        isCancelled = true;
        throw new Error("It cannot end");
      },
    });
    const slow = Promise.withResolvers<Response>();
    const late = inTime(slow.promise, { timeoutMs: 1, alarms: new Alarms(), mayWrite: false });
    await promptly("it is over", late.catch(() => {}));
    slow.resolve(new Response(body));
    await eventually("it is cancelled", () => isCancelled);
  });
});
