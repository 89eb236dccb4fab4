import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { createClientLabels } from "./client_label.ts";

describe("createClientLabels()", () => {
  it("gives the first hundred clients a label of their own, and all others one", () => {
    const labelOf = createClientLabels();
    const ids = Array.from({ length: 1_000 }, (_, index) => `client-${index}`);
    const labels = new Set(ids.map(labelOf));
    expect(labels.size).toBe(101);
    expect([
      labelOf("client-0"),
      labelOf("client-99"),
      labelOf("client-100"),
      labelOf("client-999"),
    ])
      .toEqual(["client-0", "client-99", "_other", "_other"]);
  });

  it("gives a long id no label of its own", () => {
    const labelOf = createClientLabels();
    expect(labelOf("c".repeat(128))).toBe("c".repeat(128));
    expect(labelOf("c".repeat(129))).toBe("_other");
  });

  it("has a label for calls without a client", () => {
    expect(createClientLabels()(null)).toBe("_none");
  });
});
