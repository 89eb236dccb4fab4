import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { migrate } from "../../tasks/migrate.ts";
import { openProjectCluster, type ProjectCluster } from "../support/cassandra/migration_project.ts";
import { EXAMPLE } from "../support/harness.ts";

const VIDEOS = "CREATE TABLE videos (id uuid PRIMARY KEY);";

describe("migrate() of the example", () => {
  let cluster: ProjectCluster;

  before(async () => {
    cluster = await openProjectCluster();
  });
  after(() => cluster[Symbol.asyncDispose]());

  it("leaves a keyspace alone that has the tables of another project", async () => {
    await using made = await cluster.create({});
    await Deno.remove(`${made.folder}/migrations`);
    await made.migrate();
    const { keyspace } = made.config;
    await made.rows(VIDEOS.replace("videos", `${keyspace}.videos`));
    const forgotten = { ...made.config, cqlDir: EXAMPLE };
    for (const command of ["plan", "apply"] as const) {
      await expect(migrate(forgotten, { command, log: () => {} })).rejects.toThrow(
        new RegExp(
          `^Cannot migrate: "/.+/cql" is the example that comes with cqlgate, and keyspace "${keyspace}" ` +
            'has the tables of another project, such as "videos": set CQL_DIR to the folder of your project',
        ),
      );
    }
    expect(await made.tables()).toEqual(["videos"]);
    expect(await made.history()).toEqual([]);
    // Its own migrations are applied, with tables in the keyspace as well.
    await Deno.mkdir(`${made.folder}/migrations`);
    await made.write({ "0001_clips.cql": VIDEOS.replace("videos", "clips") });
    expect(await made.migrate()).toHaveLength(1);
  });

  it("applies it to a keyspace of its own, and goes on where it stopped", async () => {
    await using made = await cluster.create({});
    for await (const { name } of Deno.readDir(`${EXAMPLE}/migrations`)) {
      await made.write({ [name]: await Deno.readTextFile(`${EXAMPLE}/migrations/${name}`) });
    }
    expect(await made.migrate({ to: 1 })).toHaveLength(1);
    expect(await made.migrate()).toHaveLength(5);
  });
});
