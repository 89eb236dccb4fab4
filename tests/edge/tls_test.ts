/**
 * The API over TLS: with HTTP/2, for the address that a request really came from, and through a change of
 * the certificate under load.
 *
 * @module
 */
import { expect } from "@std/expect";
import { X509Certificate } from "node:crypto";
import { after, before, describe, it } from "@std/testing/bdd";
import { readConfig, readSettings } from "../../config/config.ts";
import { type Service, start } from "../../composition/service.ts";
import type { Observation } from "../../observe/observation.ts";
import {
  type Authority,
  type Certificate,
  createAuthority,
  replaceCertificate,
} from "../support/certificates.ts";
import { eventually } from "../support/eventually.ts";
import { testEnvironment } from "../support/harness.ts";
import { createCqlFolder } from "../support/own_service.ts";

const CQL = {
  migration: "CREATE TABLE words (word text PRIMARY KEY);",
  queries: `-- name: list_words :many
-- @route GET /words
-- @public
SELECT word FROM words;
`,
};

describe("A service with TLS_CERT", () => {
  const stack = new AsyncDisposableStack();
  let folder: string;
  let authority: Authority;
  let service: Service;
  let client: Deno.HttpClient;
  const observations: Observation[] = [];

  before(async () => {
    folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    authority = await createAuthority(folder, "authority");
    await install(await authority.issue("first"));
    await Deno.writeTextFile(`${folder}/roles.json`, "{}");
    const project = stack.use(await createCqlFolder(CQL));
    const environment = await testEnvironment({
      CQL_DIR: project.path,
      TLS_CERT: `${folder}/server.pem`,
      TLS_KEY: `${folder}/server.key`,
      ADMIN_HOST: "localhost",
      RELOAD_INTERVAL_MS: "100",
      ROLES_FILE: `${folder}/roles.json`,
    });
    stack.defer(() => environment.release());
    // Cassandra is not asked: what matters is the way there.
    const env = { ...environment.env, CASSANDRA_CONTACT_POINTS: "127.0.0.1:1" };
    service = await start(readConfig(env), {
      observe: (observation) => observations.push(observation),
      reread: (keys) => readSettings(keys, env),
    });
    stack.defer(() => service.close());
    client = stack.adopt(
      Deno.createHttpClient({ caCerts: [await Deno.readTextFile(authority.cert)] }),
      (client) => client.close(),
    );
  });
  after(() => stack.disposeAsync());

  const install = (certificate: Certificate) => replaceCertificate(folder, "server", certificate);

  /** Sends one request by a connection of its own; gives the status line. */
  async function knock(): Promise<string> {
    const { port } = new URL(service.url);
    using connection = await Deno.connectTls({
      hostname: "localhost",
      port: Number(port),
      caCerts: [await Deno.readTextFile(authority.cert)],
    });
    await connection.write(
      new TextEncoder().encode(
        "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
      ),
    );
    const text = await new Response(connection.readable).text();
    return text.split("\r\n")[0]!;
  }

  /** The name in the certificate that a new connection is shown. */
  async function subject(): Promise<string> {
    const { host } = new URL(service.url);
    const { stdout } = await new Deno.Command("sh", {
      args: [
        "-c",
        'openssl s_client -connect "$0" </dev/null 2>/dev/null | openssl x509 -noout -subject',
        host,
      ],
    }).output();
    return new TextDecoder().decode(stdout).trim();
  }

  const ask = (path: string, options: RequestInit = {}) =>
    fetch(service.url.replace("127.0.0.1", "localhost") + path, { ...options, client });

  it("answers only over TLS, and tells browsers so", async () => {
    const response = await ask("/livez");
    expect([response.status, await response.json()]).toEqual([200, { status: "alive" }]);
    expect(response.headers.get("strict-transport-security")).toBe("max-age=31536000");
    expect(service.url).toMatch(/^https:/);
    await expect(fetch(`${service.url.replace("https", "http")}/livez`)).rejects.toThrow();
  });

  it("speaks HTTP/2 to clients that can, and HTTP/1.1 to all", async () => {
    const { stdout } = await new Deno.Command("curl", {
      args: ["-s", "-o", "/dev/null", "-w", "%{http_version}", "--cacert", authority.cert].concat(
        `${service.url}/livez`,
      ),
    }).output();
    expect(new TextDecoder().decode(stdout)).toBe("2");
    expect(await knock()).toBe("HTTP/1.1 200 OK");
  });

  it("has the metrics at an address of their own", async () => {
    expect(service.adminUrl).toMatch(/^http:\/\/localhost:/);
    const response = await fetch(`${service.adminUrl}/metrics`);
    await response.body?.cancel();
    expect(response.status).toBe(200);
  });

  it("takes over a new certificate under load, without a failed connection or request", async () => {
    expect(await subject()).toContain("first");
    let isOver = false;
    let count = 0;
    const failed: string[] = [];
    const load = Array.from({ length: 6 }, async (_, worker) => {
      while (!isOver) {
        count++;
        try {
          if (worker % 2 === 0) {
            const line = await knock();
            if (line !== "HTTP/1.1 200 OK") failed.push(line);
          } else {
            const response = await ask("/livez");
            if ((await response.json()).status !== "alive") failed.push(`${response.status}`);
          }
        } catch (error) {
          failed.push(String(error));
        }
      }
    });
    for (const name of ["second", "third"]) {
      await install(await authority.issue(name));
      await eventually(
        `the ${name} certificate is shown`,
        async () => (await subject()).includes(name),
      );
    }
    isOver = true;
    await Promise.all(load);
    expect(failed).toEqual([]);
    expect(count).toBeGreaterThan(50);
  });

  it("takes over a new certificate whatever is wrong with other files", async () => {
    await Deno.writeTextFile(`${folder}/roles.json`, '{"Admins": "oops"}');
    await install(await authority.issue("other"));
    await eventually("it is shown", async () => (await subject()).includes("other"));
    expect(observations.filter(({ kind }) => kind === "warning")).not.toContainEqual(
      expect.objectContaining({ message: expect.stringContaining("Cannot pick up") }),
    );
    await install(await authority.issue("third"));
    await eventually("it is shown", async () => (await subject()).includes("third"));
  });

  it("keeps its certificate if the new key does not belong to it, and says so", async () => {
    const stranger = await authority.issue("fourth");
    await Deno.copyFile(stranger.key, `${folder}/server.key`);
    const warning = await eventually(
      "it complains",
      () =>
        observations.find((each) =>
          each.kind === "warning" &&
          each.message.startsWith("Cannot pick up a change of the certificate")
        ),
    );
    expect(String((warning as { cause: unknown }).cause)).toContain("TLS_KEY does not belong to");
    const metrics = await (await fetch(`${service.adminUrl}/metrics`)).text();
    expect(metrics).toContain('cqlgate_files_ok{files="api_certificate"} 0');
    expect(metrics).toContain('cqlgate_files_ok{files="cassandra_credentials"} 1');
    const inUse = await Deno.readTextFile(`${folder}/server.pem`);
    const expiresAt = Date.parse(new X509Certificate(inUse).validTo) / 1000;
    const name = 'cqlgate_certificate_expiry_timestamp_seconds{files="api_certificate"}';
    expect(metrics).toContain(`${name} ${expiresAt}\n`);
    expect(await subject()).toContain("third");
    expect((await (await ask("/livez")).json()).status).toBe("alive");
  });
});
