/** `deno task config` and what the project needs of the settings: it finds what would keep the service from starting. */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { createAuthority } from "../support/certificates.ts";
import { runTask } from "../support/programs.ts";

const ENV = {
  CASSANDRA_CONTACT_POINTS: "127.0.0.1:1",
  CASSANDRA_LOCAL_DATACENTER: "dc1",
  CURSOR_KEY: "A".repeat(43) + "=",
  AUDIT_LOG: "stdout",
};
const ISSUER = { OIDC_ISSUER: "https://issuer.example", OIDC_AUDIENCE: "weather" };
const SECRETS = { MASK_SECRET: "B".repeat(43) + "=", AUDIT_SECRET: "C".repeat(43) + "=" };

const QUERIES = `-- name: list_people :many
-- @route GET /people/{team}
-- @scope people:read
-- @audit
-- @sensitive team hash
-- @mask email with=hash unless people:pii
SELECT email FROM people WHERE team = :team;
`;
const ROUTE = `import { defineRoute } from "cqlgate";

export default defineRoute({
  method: "get",
  path: "/card",
  access: { kind: "scopes", anyOf: [["people:read"]] },
  responses: { 204: { description: "Nothing" } },
}, (context) => context.body(null, 204));
`;

describe("deno task config", () => {
  let folder: string;
  before(async () => {
    folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    for (const name of ["queries", "routes"]) await Deno.mkdir(`${folder}/${name}`);
    await Deno.writeTextFile(`${folder}/queries/people.cql`, QUERIES);
    await Deno.writeTextFile(`${folder}/routes/card.ts`, ROUTE);
  });
  after(() => Deno.remove(folder, { recursive: true }));

  function config(env: Readonly<Record<string, string>>) {
    return runTask("config", { env: { CQL_DIR: folder, ...ENV, ...env } });
  }

  it("reports every setting that the project needs and that is missing", async () => {
    const { code, stdout, stderr } = await config({});
    expect(code).toBe(1);
    expect(stdout).toMatch(/^OIDC_ISSUER +- +default$/m);
    expect(stderr).toMatch(/^Cannot start: 3 mistakes in the environment$/m);
    expect(stderr).toMatch(/^ {2}OIDC_ISSUER is not set, but 2 routes need a token: /m);
    expect(stderr).toMatch(/^ {2}MASK_SECRET is not set, but query "list_people" masks /m);
    expect(stderr).toMatch(/^ {2}AUDIT_SECRET is not set, but query "list_people" has /m);
  });

  it("reports none where they are set", async () => {
    const { code, stderr } = await config({ ...ISSUER, ...SECRETS });
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("reports files that the service would not start with, all at once", async () => {
    const authority = await createAuthority(folder, "authority");
    const [own, other] = [await authority.issue("own"), await authority.issue("other")];
    const tls = { TLS_CERT: own.cert, TLS_KEY: own.key };
    const controlFile = `${folder}/control.json`;
    await Deno.writeTextFile(controlFile, '{"read_only": true}');
    const set = { ...ISSUER, ...SECRETS, ...tls, CONTROL_FILE: controlFile };
    expect(await config(set)).toMatchObject({ code: 0, stderr: "" });
    await Deno.writeTextFile(controlFile, '{"read_onyl": true}');
    const mistaken = await config({ ...set, TLS_KEY: other.key });
    expect(mistaken.code).toBe(1);
    expect(mistaken.stderr).toMatch(/^Cannot start: 2 mistakes in the environment$/m);
    expect(mistaken.stderr).toMatch(/^ {2}TLS_KEY does not belong to the certificate/m);
    expect(mistaken.stderr).toMatch(/control\.json.+"read_onyl"/);
    const away = await config({ ...set, CONTROL_FILE: `${folder}/nowhere.json` });
    expect([away.code, away.stderr]).toEqual([1, expect.stringContaining("nowhere.json")]);
  });

  it("reports a project that is not there, or that has mistakes", async () => {
    const away = await config({ ...ISSUER, CQL_DIR: `${folder}/nowhere` });
    expect([away.code, away.stderr]).toEqual([1, expect.stringContaining(`${folder}/nowhere`)]);
    await Deno.writeTextFile(
      `${folder}/queries/more.cql`,
      "-- name: more :many\n-- @rout GET /x\n",
    );
    const mistaken = await config({ ...ISSUER, ...SECRETS });
    expect(mistaken.code).toBe(1);
    expect(mistaken.stderr).toMatch(/more\.cql:2:4: Unknown tag "@rout"$/m);
  });
});
