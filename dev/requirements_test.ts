import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { findJava, findMaven } from "./requirements.ts";

describe("a machine without what Cassandra needs", () => {
  let directory: string;
  const path = () => ({ PATH: `${directory}/bin` });

  /** Puts a `java` there that says it is of a version. */
  async function installJava(version: string): Promise<void> {
    await Deno.mkdir(`${directory}/bin`, { recursive: true });
    const script = `#!/bin/sh\necho 'openjdk version "${version}" 2025-04-15' >&2\n`;
    await Deno.writeTextFile(`${directory}/bin/java`, script, { mode: 0o755 });
  }

  before(async () => {
    directory = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  });
  after(() => Deno.remove(directory, { recursive: true }));

  it("findJava() says how to install Java if it is missing", async () => {
    await expect(findJava(path())).rejects.toThrow(
      /there is no Java[^]*openjdk-17-jre-headless[^]*brew install openjdk@17[^]*docker run/,
    );
  });

  it("findMaven() says how to install Maven if it is missing", async () => {
    await expect(findMaven(path())).rejects.toThrow(
      /there is no Maven[^]*apt install maven[^]*docker run/,
    );
  });

  for (const version of ["1.8.0_412", "21.0.4", "110.0.1"]) {
    it(`findJava() rejects Java ${version}`, async () => {
      await installJava(version);
      await expect(findJava(path())).rejects.toThrow(/needs 11 or 17[^]*openjdk-17-jre-headless/);
    });
  }

  for (const version of ["11.0.2", "17.0.15", "17"]) {
    it(`findJava() takes Java ${version}`, async () => {
      await installJava(version);
      expect(await findJava(path())).toBe("java");
    });
  }

  it("findJava() prefers JAVA_HOME", async () => {
    await installJava("17.0.15");
    expect(await findJava({ PATH: "", JAVA_HOME: directory })).toBe(`${directory}/bin/java`);
  });
});
