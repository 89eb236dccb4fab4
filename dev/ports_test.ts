import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { freePort, freePortAmongNodes, freePortForLater } from "./ports.ts";

const many = (find: () => number) => new Set(Array.from({ length: 1_000 }, () => find()));

describe("freePort()", () => {
  it("gives a port on which this process can listen", () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: freePort() });
    expect(listener.addr.transport).toBe("tcp");
  });

  it("gives none that is to be used later, and a node two that differ", () => {
    const [now, later, amongNodes] = [freePort, freePortForLater, freePortAmongNodes].map(many);
    expect(now!.isDisjointFrom(later!)).toBe(true);
    expect(now!.isDisjointFrom(amongNodes!)).toBe(true);
    expect(later!.isDisjointFrom(amongNodes!)).toBe(true);
  });

  it("gives none of those from which the system takes ports of outgoing connections", () => {
    expect(Math.max(...many(freePort), ...many(freePortForLater))).toBeLessThan(32_768);
  });
});
