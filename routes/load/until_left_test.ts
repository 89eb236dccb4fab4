import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { untilLeft } from "./until_left.ts";

describe("untilLeft()", () => {
  it("gives what the promise gives, as long as the caller is there", async () => {
    const request = new AbortController();
    expect(await untilLeft(request, Promise.resolve("value"))).toBe("value");
    await expect(untilLeft(request, Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  });

  it("ends as soon as the caller has left, whatever becomes of the promise", async () => {
    const request = new AbortController();
    const { promise, reject } = Promise.withResolvers<string>();
    const waiting = untilLeft(request, promise);
    request.abort();
    await expect(waiting).rejects.toThrow("The caller has left");
    await expect(untilLeft(request, promise)).rejects.toThrow("The caller has left");
    reject(new Error("later"));
    await expect(promise).rejects.toThrow("later");
  });
});
