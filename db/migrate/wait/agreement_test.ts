import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { awaitAgreement } from "./agreement.ts";
import { MigrationError } from "../files/migrations.ts";

/** Nodes that agree when they have been asked so often. */
function nodesThatAgreeAfter(looks: number) {
  let asked = 0;
  return {
    get asked() {
      return asked;
    },
    agreesOnSchema: () => Promise.resolve(++asked >= looks),
  };
}

describe("awaitAgreement()", () => {
  it("asks nobody where the nodes are known to agree", async () => {
    const nodes = nodesThatAgreeAfter(1);
    await awaitAgreement(nodes, true, { patienceMs: 0 });
    expect(nodes.asked).toBe(0);
  });

  it("looks again until they agree", async () => {
    const nodes = nodesThatAgreeAfter(3);
    await awaitAgreement(nodes, false);
    expect(nodes.asked).toBe(3);
  });

  it("stops where they do not agree in time, and says what to do", async () => {
    const error = await awaitAgreement(nodesThatAgreeAfter(Infinity), false, { patienceMs: 300 })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MigrationError);
    expect((error as Error).message).toBe(
      'Cannot continue: the nodes do not agree on the schema yet: run "deno task migrate" again when "nodetool describecluster" shows one version',
    );
  });
});
