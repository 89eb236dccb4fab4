/**
 * `CASSANDRA_SECURE_BUNDLE` against what stands before a database of Astra, as far as one machine can be
 * that: a metadata service over HTTPS, and a proxy that is told the node by the name in the TLS handshake
 * (SNI). Behind the proxy is a real node.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import cassandra from "cassandra-driver";
import { readConfig } from "../../config/config.ts";
import { start } from "../../composition/service.ts";
import { migrate } from "../../tasks/migrate.ts";
import { type Authority, type Certificate, createAuthority } from "../support/certificates.ts";
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

describe("A secure connect bundle", () => {
  const stack = new AsyncDisposableStack();
  let folder: string;
  let authority: Authority;
  let client: Certificate;
  let env: Record<string, string>;
  let hostId: string;
  /** Where the metadata service is. */
  let port: number;
  /** The names that connections with the bundle's certificate asked for. */
  const names = new Set<string>();

  before(async () => {
    folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    authority = await createAuthority(folder, "authority");
    const endpoint = await authority.issue("endpoint");
    client = await authority.issue("client");
    const project = stack.use(await createCqlFolder(CQL));
    const environment = await testEnvironment({ CQL_DIR: project.path });
    stack.defer(() => environment.release());
    const { CASSANDRA_CONTACT_POINTS, CASSANDRA_LOCAL_DATACENTER, ...others } = environment.env;
    env = { ...others, CASSANDRA_USERNAME: "token", CASSANDRA_PASSWORD: "secret" };
    hostId = await hostIdOf(CASSANDRA_CONTACT_POINTS!, CASSANDRA_LOCAL_DATACENTER!);
    const [cert, key, ca] = await Promise.all(
      [endpoint.cert, endpoint.key, authority.cert].map((path) => readFile(path, "utf8")),
    );
    const [hostname, cqlPort] = CASSANDRA_CONTACT_POINTS!.split(":");
    const proxy = createServer(
      { cert: cert!, key: key!, ca: ca!, requestCert: true, rejectUnauthorized: true },
      (socket: TLSSocket & { readonly servername?: unknown }) => {
        if (typeof socket.servername === "string") names.add(socket.servername);
        const node = connect({ host: hostname!, port: Number(cqlPort) });
        for (const each of [socket, node]) each.on("error", () => {});
        socket.pipe(node).pipe(socket);
      },
    );
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", () => resolve()));
    stack.defer(() => void proxy.close());
    const metadata = Deno.serve(
      { hostname: "127.0.0.1", port: 0, cert: cert!, key: key!, onListen() {} },
      () =>
        Response.json({
          contact_info: {
            local_dc: CASSANDRA_LOCAL_DATACENTER,
            contact_points: [hostId],
            sni_proxy_address: `localhost:${(proxy.address() as { port: number }).port}`,
          },
        }),
    );
    stack.defer(() => metadata.shutdown());
    port = metadata.addr.port;
  });
  after(() => stack.disposeAsync());

  async function hostIdOf(contactPoint: string, localDataCenter: string): Promise<string> {
    const plain = new cassandra.Client({ contactPoints: [contactPoint], localDataCenter });
    stack.defer(async () => {
      await plain.execute(`DROP KEYSPACE IF EXISTS ${env.CASSANDRA_KEYSPACE}`);
      await plain.shutdown();
    });
    const { rows } = await plain.execute("SELECT host_id FROM system.local");
    return String(rows[0]!.host_id);
  }

  /** Makes the file that an operator downloads. */
  async function bundle(name: string, ca: string): Promise<string> {
    const directory = `${folder}/${name}`;
    await Deno.mkdir(directory);
    await Deno.writeTextFile(
      `${directory}/config.json`,
      JSON.stringify({ host: "localhost", port }),
    );
    for (const [path, entry] of [[ca, "ca.crt"], [client.cert, "cert"], [client.key, "key"]]) {
      await Deno.copyFile(path!, `${directory}/${entry}`);
    }
    const { success } = await new Deno.Command("python3", {
      args: ["-m", "zipfile", "-c", "../bundle.zip", "config.json", "ca.crt", "cert", "key"],
      cwd: directory,
    }).output();
    expect(success).toBe(true);
    await Deno.rename(`${folder}/bundle.zip`, `${directory}.zip`);
    return `${directory}.zip`;
  }

  it("is enough to migrate and to serve, and each node is asked for by name", async () => {
    const config = readConfig({
      ...env,
      CASSANDRA_SECURE_BUNDLE: await bundle("sound", authority.cert),
    });
    await migrate(config, { log: () => {} });
    const service = await start(config);
    try {
      await service.ready;
      const response = await fetch(`${service.url}/words`);
      expect([response.status, await response.json()]).toEqual([200, {
        items: [],
        next_cursor: null,
      }]);
    } finally {
      await service.close();
    }
    expect([...names]).toEqual([hostId]);
  });

  it("does not connect if another authority signed the endpoint's certificate", async () => {
    const stranger = await createAuthority(folder, "stranger");
    const config = readConfig({
      ...env,
      CASSANDRA_SECURE_BUNDLE: await bundle("strange", stranger.cert),
    });
    await expect(migrate(config, { log: () => {} })).rejects.toThrow(/certificate/);
  });
});
