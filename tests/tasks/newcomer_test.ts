/**
 * What a newcomer gets wrong, through the programs that they run: each message says what to do, so
 * that nobody has to read the source. `tests/fixtures/check/<case>/` holds query files and their exact
 * reports; `UPDATE_FIXTURES=1` writes the reports again, to be read before committing.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { freePortForLater } from "../../dev/ports.ts";
import { createTestKeyspace, type TestKeyspace } from "../support/cassandra/keyspace.ts";
import { eventually } from "../support/eventually.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";
import { runTask, spawnService } from "../support/programs.ts";

const FIXTURES = "tests/fixtures/check";
const MIGRATION = `${FIXTURES}/0001_stations.cql`;

type Environment = Readonly<Record<string, string>>;

interface Mistake {
  readonly what: string;
  readonly task: Parameters<typeof runTask>[0];
  readonly args?: readonly string[];
  /** What differs from the settings that a running service needs; null leaves a name out. */
  readonly env?: Readonly<Record<string, string | null>>;
  readonly says: string;
}

describe("a newcomer", () => {
  let service: TestService & AsyncDisposable;
  const deadPort = freePortForLater();

  before(async () => {
    service = await startTestService({ cqlDir: EXAMPLE });
  });
  after(() => service[Symbol.asyncDispose]());

  function environment(changes: Mistake["env"] = {}): Environment {
    const entries = Object.entries({ ...service.env, ...changes });
    return Object.fromEntries(
      entries.filter((entry): entry is [string, string] => entry[1] !== null),
    );
  }

  const MISTAKES: readonly Mistake[] = [
    {
      what: "sets nothing",
      task: "start",
      env: {
        CASSANDRA_CONTACT_POINTS: null,
        CASSANDRA_LOCAL_DATACENTER: null,
        CURSOR_KEY: null,
      },
      says: `Cannot start: 3 mistakes in the environment
  CASSANDRA_CONTACT_POINTS is not set: name a node, such as "127.0.0.1:9042", or run "deno task dev", which starts one
  CASSANDRA_LOCAL_DATACENTER is not set: "nodetool status" shows the name, "datacenter1" in a stock Cassandra
  CURSOR_KEY is not set: make one with "openssl rand -base64 32" and give it to every replica
docs/configuration.md lists every setting`,
    },
    {
      what: "misspells a setting and makes up a key",
      task: "start",
      env: { CASSANDRA_KEYSPACES: "weather", CURSOR_KEY: "changeme" },
      says: `Cannot start: 2 mistakes in the environment
  CURSOR_KEY does not fit: expected 32 bytes in base64, as "openssl rand -base64 32" prints them
  "CASSANDRA_KEYSPACES" is not a known setting: did you mean CASSANDRA_KEYSPACE?
docs/configuration.md lists every setting`,
    },
    {
      what: "names no issuer of tokens",
      task: "start",
      env: { OIDC_ISSUER: null, OIDC_AUDIENCE: null },
      says: `Cannot start: 1 mistake in the environment
  OIDC_ISSUER is not set, but {number} routes need a token: name the issuer, or make every route public
docs/configuration.md lists every setting`,
    },
    {
      what: "starts it twice",
      task: "start",
      env: { PORT: "{port}" },
      says:
        "Cannot listen on 127.0.0.1:{port}: the port is taken: stop what uses it, or set PORT or ADMIN_PORT",
    },
    ...(["start", "check"] as const).map((task) => ({
      what: `is in the wrong folder, with ${task}`,
      task,
      env: { CQL_DIR: "./nowhere" },
      says:
        'Cannot read "./nowhere/queries": the folder does not exist; create it, or set CQL_DIR to the folder that has "queries/" in it',
    })),
    {
      what: "migrates from the wrong folder",
      task: "migrate",
      env: { CQL_DIR: "./nowhere" },
      says:
        'Cannot read migrations: neither "./nowhere/migrations" nor "./nowhere/queries" exists: set CQL_DIR to the folder that holds "migrations/" and "queries/"',
    },
    {
      what: "guesses an option",
      task: "migrate",
      args: ["--dry-run"],
      says:
        'Cannot migrate: unknown argument "--dry-run": use one of "status", "--plan", "--to", "--wait", "--wait-for-builds", "--resolve"',
    },
    {
      what: "takes the data centre's name from a tutorial",
      task: "migrate",
      env: { CASSANDRA_LOCAL_DATACENTER: "datacenter1" },
      says:
        "Cannot connect to Cassandra at {contactPoint}: {contactPoint}: localDataCenter was configured as 'datacenter1', but only found hosts in data centers: [dc1]: correct CASSANDRA_LOCAL_DATACENTER",
    },
    {
      what: "forgets to start Cassandra",
      task: "migrate",
      env: { CASSANDRA_CONTACT_POINTS: "127.0.0.1:{deadPort}" },
      says:
        "Cannot connect to Cassandra at 127.0.0.1:{deadPort}: 127.0.0.1:{deadPort}: connect ECONNREFUSED 127.0.0.1:{deadPort}: start Cassandra there, or correct CASSANDRA_CONTACT_POINTS",
    },
    {
      what: "misspells a host",
      task: "migrate",
      env: { CASSANDRA_CONTACT_POINTS: "cassandra.invalid" },
      says:
        "Cannot connect to Cassandra at cassandra.invalid:9042: No host could be resolved: correct CASSANDRA_CONTACT_POINTS",
    },
    {
      what: "checks before migrating",
      task: "check",
      env: { CASSANDRA_KEYSPACE: "nowhere" },
      says:
        "Cannot connect to Cassandra at {contactPoint}: Keyspace 'nowhere' does not exist: run \"deno task migrate\", which creates it, or correct CASSANDRA_KEYSPACE",
    },
    {
      what: "migrates without saying how to replicate",
      task: "migrate",
      env: { CASSANDRA_KEYSPACE: "nowhere", CASSANDRA_REPLICATION: null },
      says:
        'Cannot create keyspace "nowhere": set CASSANDRA_REPLICATION, such as "dc1:3", or create it yourself',
    },
    {
      what: "asks for a token while nothing runs",
      task: "token",
      args: ["--user", "writer"],
      env: { OIDC_ISSUER: "http://localhost:{deadPort}" },
      says: `Cannot reach the OIDC provider at "http://localhost:{deadPort}": {reason}
Start it with \`deno task dev\`, or set OIDC_ISSUER to where it runs.`,
    },
    {
      what: "asks for a token of nobody",
      task: "token",
      says: `Cannot get a token: --user is missing
Usage: --user writer|reader [--scope "…"] [--claim name=value] [--dpop "GET http://…"]`,
    },
    {
      what: "asks for a token of somebody else",
      task: "token",
      args: ["--user", "alice"],
      says: `Cannot get a token for "alice": no such user
The demo users are: writer, reader.`,
    },
    {
      what: "runs the demo while nothing runs",
      task: "demo",
      args: ["--url", "http://127.0.0.1:{deadPort}"],
      says: `Cannot reach the service at "http://127.0.0.1:{deadPort}": {reason}
Start it with \`deno task dev\`, or set CQLGATE_URL to where it runs.`,
    },
  ];
  for (const { what, task, args = [], env, says } of MISTAKES) {
    it(`who ${what} is told what to do`, async () => {
      const places: Record<string, string> = {
        port: new URL(service.url).port,
        deadPort: `${deadPort}`,
        contactPoint: service.config.contactPoints.join(),
      };
      const fill = (text: string) => text.replace(/\{(\w+)\}/g, (all, name) => places[name] ?? all);
      const changes = Object.entries(env ?? {}).map(([name, value]) =>
        [name, value === null ? null : fill(value)] as const
      );
      const { code, stderr, stdout } = await runTask(task, {
        env: environment(Object.fromEntries(changes)),
        args: args.map(fill),
      });
      const said = stderr.replace(/\d+ routes/, "{number} routes")
        .replace(/error sending request.*Connection refused.*/, "{reason}");
      const done = stdout.replace(/^Project "\/.+", keyspace "\w+"\n/, "");
      expect({ code, done, said }).toEqual({ code: 1, done: "", said: `${fill(says)}\n` });
    });
  }

  it("who runs `deno task dev` twice is told which process has the port", async () => {
    const port = new URL(service.url).port;
    const { code, stderr } = await runTask("dev", { env: environment({ PORT: port }) });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(
        `^Cannot listen on 127\\.0\\.0\\.1:${port}: the port is taken( by .+ \\(pid \\d+\\))?\n` +
          "Is another `deno task dev` running\\? Stop it, or set PORT to another port\\.\n$",
      ),
    );
  });

  it("who starts before migrating is told so, and the service waits", async () => {
    const env = environment({ CASSANDRA_KEYSPACE: "nowhere" });
    await using process = await spawnService(env);
    const entry = await eventually(
      "the log says why there is no connection",
      () => process.log.find(({ level, reason }) => level === "WARN" && typeof reason === "string"),
    );
    expect(entry.reason).toBe(
      "Keyspace 'nowhere' does not exist: run \"deno task migrate\", which creates it, or correct CASSANDRA_KEYSPACE",
    );
    expect((await fetch(`${process.url}/livez`)).status).toBe(200);
  });

  it("who misspells a setting that has a safe default is warned of it in the log", async () => {
    await using process = await spawnService(environment({ SHUTDOWN_GRACE: "5000", PORT: "0" }));
    expect(process.log[0]).toMatchObject({
      level: "WARN",
      message: '"SHUTDOWN_GRACE" is not a known setting: did you mean SHUTDOWN_GRACE_MS?',
    });
  });

  for (
    const [what, token, detail] of [
      ["forgets the token", null, 'This route needs a token: send it as "Authorization: Bearer …"'],
      [
        "makes up a token",
        "abc",
        "The token is malformed: expected a signed JWT in compact form",
      ],
    ] as const
  ) {
    it(`who ${what} is told so by the API`, async () => {
      const headers = token === null ? {} : { authorization: `Bearer ${token}` };
      const response = await service.request("/stations", { user: null, headers });
      expect([response.status, (await response.json()).detail]).toEqual([401, detail]);
    });
  }

  it("who may not do something is told which scope they lack", async () => {
    const response = await service.request("/stations", {
      method: "POST",
      user: "reader",
      json: { station_id: "s", name: "S" },
    });
    expect([response.status, (await response.json()).detail]).toEqual([
      403,
      'The token lacks scope "stations:write": get a token that has it',
    ]);
  });
});

describe("deno task check", () => {
  let keyspace: TestKeyspace;
  let folder: string;

  before(async () => {
    keyspace = await createTestKeyspace([]);
    folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    await Deno.mkdir(`${folder}/migrations`);
    await Deno.mkdir(`${folder}/queries`);
    await Deno.copyFile(MIGRATION, `${folder}/migrations/0001_stations.cql`);
    expect(await run("migrate")).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringMatching(/^Project "cql", keyspace "\{keyspace\}"\n/),
    });
  });
  after(async () => {
    await keyspace[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  });

  async function run(task: "check" | "migrate", env: Environment = {}) {
    const { code, stdout, stderr } = await runTask(task, {
      env: {
        CQL_DIR: folder,
        CASSANDRA_CONTACT_POINTS: keyspace.contactPoint,
        CASSANDRA_LOCAL_DATACENTER: keyspace.localDatacenter,
        CASSANDRA_KEYSPACE: keyspace.name,
        ...env,
      },
    });
    const shown = (text: string) =>
      text.replaceAll(folder, "cql").replaceAll(keyspace.name, "{keyspace}");
    return { code, stdout: shown(stdout), stderr: shown(stderr) };
  }

  for (const name of ["wrong_tag", "refused_by_the_server", "names_that_are_not_there"]) {
    it(`reports ${name.replaceAll("_", " ")}`, async () => {
      await Deno.copyFile(`${FIXTURES}/${name}/input.cql`, `${folder}/queries/input.cql`);
      const { code, stderr } = await run("check");
      const expected = `${FIXTURES}/${name}/report.txt`;
      if (Deno.env.get("UPDATE_FIXTURES") === "1") await Deno.writeTextFile(expected, stderr);
      expect(stderr).toBe(await Deno.readTextFile(expected));
      expect(code).toBe(1);
    });
  }

  it("says what it checked, and how to have more checked", async () => {
    const query = await Deno.readTextFile(`${FIXTURES}/wrong_tag/input.cql`);
    await Deno.writeTextFile(`${folder}/queries/input.cql`, query.replace("@rout ", "@route "));
    expect(await run("check")).toEqual({
      code: 0,
      stderr: "",
      stdout:
        `Checked 1 query and 1 migration of "cql" by their text, and prepared every query on ${keyspace.contactPoint}\n`,
    });
    expect(await run("check", { CASSANDRA_CONTACT_POINTS: "" })).toEqual({
      code: 0,
      stderr: "",
      stdout:
        'Checked 1 query and 1 migration of "cql" by their text: set CASSANDRA_CONTACT_POINTS to prepare the queries too\n',
    });
  });

  it("warns of a misspelt setting, and fails where its default would be dangerous", async () => {
    const { code, stderr } = await run("check", { LOG_LEVL: "debug" });
    expect([code, stderr]).toEqual([
      0,
      'Warning: "LOG_LEVL" is not a known setting: did you mean LOG_LEVEL?\n',
    ]);
    const misspelt = { CASSANDRA_CONTACT_POINTS: "", CASSANDRA_CONTACT_POINT: "10.0.0.1" };
    expect(await run("check", misspelt)).toEqual({
      code: 1,
      stdout: "",
      stderr: `Cannot start: 1 mistake in the environment
  "CASSANDRA_CONTACT_POINT" is not a known setting: did you mean CASSANDRA_CONTACT_POINTS?
docs/configuration.md lists every setting
`,
    });
  });
});
