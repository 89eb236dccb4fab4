/**
 * The files of the guide, as a newcomer saves them beside the example: they have no mistake, and hit no
 * guardrail that the guide does not talk about.
 *
 * @module
 */
import { expect } from "@std/expect";
import { dirname } from "node:path";
import { it } from "@std/testing/bdd";
import { createTestKeyspace } from "../support/cassandra/keyspace.ts";
import { EXAMPLE } from "../support/harness.ts";
import { runTask } from "../support/programs.ts";

/** The blocks of code that follow the name of a file, and those that the guide appends to one. */
async function readGuide(): Promise<ReadonlyMap<string, string>> {
  const guide = await Deno.readTextFile("docs/guide.md");
  const files = new Map<string, string>();
  const blocks = guide.matchAll(/`cql\/([\w/.]+)`:\n\n```(?:sql|ts)\n(.*?)^```$/gms);
  for (const [, path = "", text = ""] of blocks) {
    files.set(path, `${files.get(path) ?? ""}${text}\n`);
  }
  return files;
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    await (isDirectory ? copyFolder : Deno.copyFile)(`${from}/${name}`, `${to}/${name}`);
  }
}

it("the guide has files that fit together, and hit no guardrail", async () => {
  const files = await readGuide();
  expect([...files.keys()]).toEqual([
    "migrations/0007_calibrations.cql",
    "queries/calibrations.cql",
    "routes/station_card.ts",
  ]);
  const folder = await Deno.makeTempDir();
  await using keyspace = await createTestKeyspace([]);
  try {
    await copyFolder(EXAMPLE, folder);
    for (const [path, text] of files) {
      await Deno.mkdir(`${folder}/${dirname(path)}`, { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    const { code, stderr } = await runTask("check", {
      args: ["--scratch", "--strict"],
      env: {
        CQL_DIR: folder,
        CASSANDRA_CONTACT_POINTS: keyspace.contactPoint,
        CASSANDRA_LOCAL_DATACENTER: keyspace.localDatacenter,
        CASSANDRA_KEYSPACE: keyspace.name,
      },
    });
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("warning:")]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
