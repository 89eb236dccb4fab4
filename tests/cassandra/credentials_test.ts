/**
 * A Cassandra that asks for a certificate and a password: what the service says if they are wrong, and
 * how it takes over new ones while it serves.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { readConfig, readSettings } from "../../config/config.ts";
import { type Service, start } from "../../composition/service.ts";
import type { Observation } from "../../observe/observation.ts";
import { migrate } from "../../tasks/migrate.ts";
import {
  type Authority,
  type Certificate,
  clientEncryption,
  createAuthority,
  replaceCertificate,
} from "../support/certificates.ts";
import { eventually, promptly } from "../support/eventually.ts";
import { testEnvironment } from "../support/harness.ts";
import { type OwnNode, startOwnNode } from "../support/cassandra/own_node.ts";
import { createCqlFolder } from "../support/own_service.ts";

const CQL = {
  migration: "CREATE TABLE words (word text PRIMARY KEY, n int);",
  queries: `-- name: list_words :many
-- @route GET /words
-- @public
SELECT word FROM words;

-- name: put_word :exec
-- @route PUT /words/{word}
-- @public
INSERT INTO words (word, n) VALUES (:word, :n);
`,
};
const JSON_TYPE = { "content-type": "application/json" };

describe("A service on a Cassandra with TLS and passwords", () => {
  const stack = new AsyncDisposableStack();
  let folder: string;
  let authority: Authority;
  let own: OwnNode;
  let admin: cassandra.Client;
  let env: Record<string, string>;
  let service: Service;
  const observations: Observation[] = [];

  before(async () => {
    folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    authority = await createAuthority(folder, "authority");
    const node = await authority.issue("node");
    own = stack.use(
      await startOwnNode({
        yaml: {
          authenticator: "PasswordAuthenticator",
          credentials_validity: "0ms",
          ...await clientEncryption(folder, { node, authority }),
        },
      }),
    );
    admin = new cassandra.Client({
      contactPoints: [own.node.contactPoint],
      localDataCenter: own.node.localDatacenter,
      credentials: { username: "cassandra", password: "cassandra" },
    });
    await eventually("the first role may log in", async () => {
      await admin.connect();
      return true;
    });
    stack.defer(() => admin.shutdown());
    await admin.execute("CREATE ROLE gateway WITH LOGIN = true AND PASSWORD = 'first'");
    const project = stack.use(await createCqlFolder(CQL));
    const environment = await testEnvironment();
    stack.defer(() => environment.release());
    await install(await authority.issue("client_1"));
    await Deno.writeTextFile(`${folder}/password`, "first\n");
    env = {
      ...environment.env,
      CQL_DIR: project.path,
      CASSANDRA_CONTACT_POINTS: own.node.contactPoint,
      CASSANDRA_REPLICATION: "dc1:1",
      CASSANDRA_USERNAME: "gateway",
      CASSANDRA_PASSWORD_FILE: `${folder}/password`,
      CASSANDRA_TLS_CA: authority.cert,
      CASSANDRA_TLS_CERT: `${folder}/client.pem`,
      CASSANDRA_TLS_KEY: `${folder}/client.key`,
      RELOAD_INTERVAL_MS: "100",
    };
    await migrate(readConfig(env), { log: () => {} });
    service = await start(readConfig(env), {
      observe: (observation) => observations.push(observation),
      reread: (keys) => readSettings(keys, env),
    });
    stack.defer(() => service.close());
    await service.ready;
  });
  after(() => stack.disposeAsync());

  /** Puts a certificate where the service reads it, as a tool that renews certificates does. */
  const install = (certificate: Certificate) => replaceCertificate(folder, "client", certificate);

  /** As soon as the node takes one, which is every five seconds. */
  async function changePassword(password: string): Promise<void> {
    await eventually("the password can be changed", async () => {
      await admin.execute(`ALTER ROLE gateway WITH PASSWORD = '${password}'`);
      return true;
    });
  }

  const takenOver = () =>
    observations.filter((each) =>
      each.kind === "notice" && each.message.startsWith("Picked up a change of the credentials")
    ).length;

  const warnings = () =>
    observations.flatMap((each) =>
      each.kind === "warning" && each.message.startsWith("Cannot pick up a change")
        ? [each.cause]
        : []
    );

  /** The ports of the service's connections, by what the node says of its clients. */
  async function connections(): Promise<number[]> {
    const { rows } = await admin.execute(
      "SELECT port, ssl_enabled, username FROM system_views.clients",
    );
    const ours = rows.filter(({ username }) => username === "gateway");
    expect(new Set(ours.map(({ ssl_enabled }) => ssl_enabled))).toEqual(new Set([true]));
    return ours.map(({ port }) => port);
  }

  it("has nothing but encrypted connections", async () => {
    expect((await connections()).length).toBeGreaterThan(0);
  });

  /** Whether the connection was closed before the client had read why: a later attempt learns it. */
  const isCutOff = (reason: string) => /EPIPE|ECONNRESET/.test(reason);

  /** What a service with other settings says of its first attempts to connect. */
  async function complaintOf(changes: Record<string, string | undefined>): Promise<string> {
    const said = Promise.withResolvers<string>();
    const changed = Object.fromEntries(
      Object.entries({ ...env, ...changes }).filter(([, value]) => value !== undefined),
    ) as Record<string, string>;
    const other = await start(readConfig(changed), {
      observe(observation) {
        if (observation.kind !== "connection") return;
        const { reason } = observation;
        if (reason !== null && !isCutOff(reason)) said.resolve(reason);
      },
    });
    try {
      return await promptly("it says why there is no connection", said.promise);
    } finally {
      await other.close();
    }
  }

  it("says what to correct if the password is wrong, and not the password", async () => {
    const complaint = await complaintOf({
      CASSANDRA_PASSWORD_FILE: undefined,
      CASSANDRA_PASSWORD: "swordfish",
    });
    expect(complaint).toMatch(/: correct CASSANDRA_USERNAME and CASSANDRA_PASSWORD$/);
    expect(complaint).not.toContain("swordfish");
  });

  it("says what to correct if an unknown authority signed the node's certificate", async () => {
    const stranger = await createAuthority(folder, "stranger");
    const complaint = await complaintOf({ CASSANDRA_TLS_CA: stranger.cert });
    expect(complaint).toMatch(/: correct CASSANDRA_TLS_CA$/);
  });

  it("says what to correct if it has no certificate, one of an unknown authority, or another's key", async () => {
    const stranger = await (await createAuthority(folder, "other")).issue("intruder");
    for (
      const changes of [
        { CASSANDRA_TLS_CERT: undefined, CASSANDRA_TLS_KEY: undefined },
        { CASSANDRA_TLS_CERT: stranger.cert, CASSANDRA_TLS_KEY: stranger.key },
        { CASSANDRA_TLS_KEY: stranger.key },
      ]
    ) {
      expect(await complaintOf(changes)).toMatch(/CASSANDRA_TLS_CERT and CASSANDRA_TLS_KEY$/);
    }
  });

  it("takes over a new certificate and a new password under load, without a failed request", async () => {
    const before = await connections();
    let isOver = false;
    let count = 0;
    const failed: string[] = [];
    const load = Array.from({ length: 8 }, async (_, worker) => {
      while (!isOver) {
        const response = count++ % 2 === 0
          ? await fetch(`${service.url}/words`)
          : await fetch(`${service.url}/words/w${worker}`, {
            method: "PUT",
            headers: JSON_TYPE,
            body: '{"n":1}',
          });
        const text = await response.text();
        if (!response.ok) failed.push(`${response.status} ${text}`);
      }
    });
    await install(await authority.issue("client_2"));
    await eventually("the certificate is taken over", () => takenOver() === 1);
    await changePassword("second");
    await Deno.writeTextFile(`${folder}/password`, "second\n");
    await eventually("the password is taken over", () => takenOver() === 2);
    await eventually("the old connections are closed", async () => {
      const now = await connections();
      return now.length > 0 && !now.some((port) => before.includes(port));
    });
    isOver = true;
    await Promise.all(load);
    expect(failed).toEqual([]);
    expect(count).toBeGreaterThan(50);
  });

  it("keeps what works if the new password is wrong, and says so once", async () => {
    await Deno.writeTextFile(`${folder}/password`, "third\n");
    const [cause] = await eventually("it complains", () => warnings().length > 0 && warnings());
    expect(String(cause)).toMatch(/: correct CASSANDRA_USERNAME and CASSANDRA_PASSWORD$/);
    expect((await fetch(`${service.url}/words`)).status).toBe(200);
    // The file may be changed before the role is.
    await eventually("the node allows another change", async () => {
      await changePassword("third");
      return true;
    });
    await eventually("the password is taken over", () => takenOver() === 3);
    expect(warnings()).toHaveLength(1);
  });
});
