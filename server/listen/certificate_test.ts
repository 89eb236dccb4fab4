import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { createAuthority } from "../../tests/support/certificates.ts";
import { certificateMistake } from "./certificate.ts";

describe("certificateMistake()", () => {
  let folder: string;
  before(async () => {
    folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  });
  after(() => Deno.remove(folder, { recursive: true }));

  it("names the setting that is wrong, and nothing where both belong together", async () => {
    const authority = await createAuthority(folder, "authority");
    const [own, other] = await Promise.all(["own", "other"].map(async (name) => {
      const issued = await authority.issue(name);
      return {
        cert: await Deno.readTextFile(issued.cert),
        key: await Deno.readTextFile(issued.key),
      };
    }));
    const { cert, key } = own!;
    expect(certificateMistake({ cert, key })).toBeNull();
    for (const text of ["", key]) {
      expect(certificateMistake({ cert: text, key })).toMatch(/^TLS_CERT has no certificate/);
    }
    for (const text of ["", cert]) {
      expect(certificateMistake({ cert, key: text })).toMatch(/^TLS_KEY has no private key/);
    }
    expect(certificateMistake({ cert, key: other!.key })).toMatch(/^TLS_KEY does not belong to/);
  });
});
