import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { check } from "./check.ts";
import { assertOneFolder, projectFolder } from "./project_folder.ts";

describe("assertOneFolder()", () => {
  /** Where somebody is who has a project of their own. */
  let elsewhere: string;
  before(async () => {
    elsewhere = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    await Deno.mkdir(`${elsewhere}/cql`);
    await Deno.writeTextFile(`${elsewhere}/dev`, "");
    await Deno.symlink(Deno.cwd(), `${elsewhere}/checkout`);
  });
  after(() => Deno.remove(elsewhere, { recursive: true }));

  for (
    const [what, cqlDir, calledIn] of [
      ["no CQL_DIR", "", "."],
      ["a whole path", projectFolder("./cql"), "."],
      ["a folder that is only in the checkout", "./db", "."],
      ["a file in its place", "./dev", "."],
      ["another way to the same folder", "./cql", "./checkout"],
    ] as const
  ) {
    it(`accepts ${what}`, async () => {
      await assertOneFolder({ CQL_DIR: cqlDir, INIT_CWD: `${elsewhere}/${calledIn}` });
    });
  }

  it("refuses a folder that is not the one where the task was called, before it is checked", async () => {
    await expect(check({ CQL_DIR: "./cql", INIT_CWD: elsewhere })).rejects.toThrow(
      `Cannot check: CQL_DIR "./cql" is relative to the checkout of cqlgate, so it is ` +
        `"${
          projectFolder("./cql")
        }", and not "${elsewhere}/cql": set it to the whole path of your project`,
    );
  });
});
