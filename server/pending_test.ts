import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Pending } from "./pending.ts";

describe("Pending", () => {
  it("waits for all that is under way, however it ends", async () => {
    const pending = new Pending();
    await pending.none();
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    pending.add(first.promise);
    pending.add(second.promise);
    let isOver = false;
    const over = pending.none().then(() => isOver = true);
    first.reject(new Error("The caller left"));
    await Promise.allSettled([first.promise]);
    await Promise.resolve();
    expect(isOver).toBe(false);
    second.resolve();
    await over;
    await pending.none();
  });
});
