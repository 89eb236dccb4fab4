import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { readPaths } from "./read_paths.ts";
import { type Setting, SETTINGS } from "./settings/settings.ts";

const ROWS: readonly Setting[] = Object.values(SETTINGS);

describe("readPaths()", () => {
  it("knows the paths of every setting that is one", () => {
    const named = ROWS.filter(({ kind }) => /\b(?:a path|path of|file:path)\b/.test(kind.range));
    expect(named.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["CQL_DIR", "CASSANDRA_TLS_CA", "ROLES_FILE", "OIDC_ISSUERS"]),
    );
    expect(named.filter(({ kind }) => kind.paths === undefined).map(({ name }) => name)).toEqual(
      [],
    );
  });

  const CASES: readonly [what: string, env: Record<string, string>, paths: string[]][] = [
    ["the project alone", {}, ["./cql"]],
    ["a project elsewhere", { CQL_DIR: " /srv/cql " }, ["/srv/cql"]],
    ["a file twice as one", { CASSANDRA_TLS_CA: "/a.pem", CASSANDRA_TLS_CERT: "/a.pem" }, [
      "./cql",
      "/a.pem",
    ]],
    ["the file of a secret", { CURSOR_KEY_FILE: "/run/key" }, ["./cql", "/run/key"]],
    ["no file of what is not a secret", { PORT_FILE: "/run/port" }, ["./cql"]],
    ["no secret", { CURSOR_KEY: "/etc/passwd" }, ["./cql"]],
    ["a list of issuers and its folder", { OIDC_ISSUERS: "/run/issuers.json" }, [
      "./cql",
      "/run/issuers.json",
      "/run/",
    ]],
    ["the files of a list that is given as it is", {
      OIDC_ISSUERS: '[{"issuer": "/no", "roles_file": "/run/roles.json"}]',
    }, ["./cql", "/run/roles.json"]],
    ["the secret of a client in such a list", {
      OIDC_ISSUERS: '[{"introspection": {"client_id": "a", "client_secret_file": "/run/secret"}}]',
    }, ["./cql", "/run/secret"]],
    ["a file of keys", { JWT_JWKS_FILE: "/run/keys.json" }, ["./cql", "/run/keys.json"]],
    ["nothing of a list that is not JSON", { OIDC_ISSUERS: '[{"roles_file": "/run' }, ["./cql"]],
    ["the file of the audit log", { AUDIT_LOG: "file:/var/log/audit.jsonl" }, [
      "./cql",
      "/var/log/audit.jsonl",
    ]],
    ["no host of the audit log", { AUDIT_LOG: "socket:collector:7000" }, ["./cql"]],
  ];
  for (const [what, env, paths] of CASES) {
    it(`gives ${what}`, () => {
      expect(readPaths(env)).toEqual(paths);
    });
  }
});
