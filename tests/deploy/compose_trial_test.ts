/**
 * `docker compose up` without an engine: the processes of `docker-compose.yml`, with the commands and the
 * environment that it gives them, on this machine's loopback, where they share a network as they do there.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { parse } from "yaml";
import { SETTINGS } from "../../config/settings/settings.ts";
import { freePort } from "../../dev/ports.ts";
import { eventually } from "../support/eventually.ts";
import { testEnvironment } from "../support/harness.ts";
import { environment, type ServiceProcess, spawnService } from "../support/programs.ts";

interface ComposeService {
  readonly image: string;
  readonly pull_policy: string;
  readonly build?: { readonly target: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly network_mode?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}

const { services } = parse(await Deno.readTextFile("docker-compose.yml"), { merge: true }) as {
  readonly services: Readonly<Record<string, ComposeService>>;
};
const [, trial = "", image = ""] = (await Deno.readTextFile("Dockerfile")).split(/^(?=FROM )/m);
const own = ["secrets", "migrate", "cqlgate", "issuer", "demo"].map((name) =>
  [name, services[name]!] as const
);

/** The command of an image. */
function commandOf(stage: string): string[] {
  return JSON.parse(/^CMD (\[.*\])$/m.exec(stage)![1]!);
}

/** As Compose reads `${NAME:-default}` where nothing is set, and `$$`. */
function interpolate(text: string): string {
  return text.replace(/\$\{[A-Z_]+:-([^}]*)\}/g, "$1").replaceAll("$$", "$");
}

describe("docker-compose.yml", () => {
  const stack = new AsyncDisposableStack();
  let folder: string;
  let env: Record<string, string>;
  let service: ServiceProcess;
  const issuerPort = freePort();

  before(async () => {
    folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    const test = await testEnvironment();
    stack.defer(test.release);
    const given = Object.entries(services.cqlgate!.environment!)
      .map(([name, value]) => [name, here(interpolate(value))] as const);
    // What a machine without containers has in other places. Ports and keyspace are the test's own.
    const { CASSANDRA_CONTACT_POINTS, CASSANDRA_LOCAL_DATACENTER, CASSANDRA_REPLICATION } =
      test.env;
    const { CASSANDRA_KEYSPACE, PORT, ADMIN_PORT, HOST } = test.env;
    env = {
      ...Object.fromEntries(given),
      CASSANDRA_CONTACT_POINTS: CASSANDRA_CONTACT_POINTS!,
      CASSANDRA_LOCAL_DATACENTER: CASSANDRA_LOCAL_DATACENTER!,
      CASSANDRA_REPLICATION: CASSANDRA_REPLICATION!,
      ...{ CASSANDRA_KEYSPACE: CASSANDRA_KEYSPACE!, PORT: PORT!, ADMIN_PORT: ADMIN_PORT! },
      HOST: HOST!,
      CQL_DIR: "./cql",
    };
  });
  after(() => stack.disposeAsync());

  /** A text with the addresses and the folder of the test. */
  function here(text: string): string {
    return text.replaceAll("/run/secrets", folder).replaceAll("/app/cql", "./cql")
      .replaceAll("http://localhost:8002", `http://localhost:${issuerPort}`)
      .replaceAll("http://localhost:8000", service?.url ?? "");
  }

  async function run(words: readonly string[], env: Record<string, string>): Promise<string> {
    const [program, ...args] = words.map(here);
    const { success, stdout, stderr } = await new Deno.Command(
      program === "deno" ? Deno.execPath() : program!,
      { args, env: environment(env), clearEnv: true },
    ).output();
    const decoder = new TextDecoder();
    expect([success, decoder.decode(stderr)]).toEqual([true, ""]);
    return decoder.decode(stdout);
  }

  it("makes secrets once", async () => {
    const script = ["sh", "-c", interpolate(services.secrets!.command![0]!)];
    await run(script, {});
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    expect(names).toEqual(["cursor_key", "idempotency_secret"]);
    const key = await Deno.readTextFile(`${folder}/cursor_key`);
    expect(Uint8Array.fromBase64(key.trim())).toHaveLength(32);
    await run(script, {});
    expect(await Deno.readTextFile(`${folder}/cursor_key`)).toBe(key);
  });

  it("migrates, and starts a service that is ready by its health check", async () => {
    expect(await run(services.migrate!.command!, env)).toContain("0001_stations");
    const args = commandOf(image).slice(1).map(here);
    service = stack.use(await spawnService(env, { args }));
    const [, ...check] = services.cqlgate!.healthcheck!.test;
    expect(check.at(-1)).toBe("--ready");
    const { port } = new URL(service.url);
    await eventually("the health check passes", async () => {
      await run(check, { PORT: port });
      return true;
    });
  });

  it("has an issuer whose tokens the service takes, and loads the demo", async () => {
    const trialEnv = Object.fromEntries(
      Object.entries(services.demo!.environment!).map(([name, value]) => [name, here(value)]),
    );
    const issuer = new Deno.Command(Deno.execPath(), {
      args: commandOf(trial).slice(1),
      env: environment(trialEnv),
      clearEnv: true,
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    stack.defer(async () => {
      issuer.kill("SIGTERM");
      await issuer.stdout.cancel();
      expect((await issuer.status).code).toBe(0);
    });
    const metadata = `http://localhost:${issuerPort}/.well-known/openid-configuration`;
    await eventually("the issuer answers", async () => {
      const response = await fetch(metadata);
      await response.body?.cancel();
      return response.ok;
    });
    const words = services.demo!.command!.map((word) =>
      // The service listens at 127.0.0.1 here, and Deno tells the two names apart.
      word.replace("--allow-net=localhost", "--allow-net=localhost,127.0.0.1")
    );
    expect(await run(words, trialEnv)).toContain("none missing");
  });

  it("sets what the service knows, and says where its spans go", () => {
    const known = Object.values(SETTINGS).flatMap(({ name }) => [name, `${name}_FILE`]);
    const unknown = Object.keys(services.cqlgate!.environment!).filter((name) =>
      !known.includes(name)
    );
    expect(unknown).toEqual(["OTEL_DENO", "OTEL_SERVICE_NAME", "OTEL_EXPORTER_OTLP_ENDPOINT"]);
  });

  it("publishes ports only on this machine, and not the admin port", () => {
    const ports = Object.values(services).flatMap(({ ports = [] }) => ports);
    expect(ports.filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([]);
    expect(ports.filter((port) => port.includes(":8001"))).toEqual([]);
    expect(ports.length).toBeGreaterThan(1);
  });

  it("builds each image once, and pulls none that is built here", () => {
    for (const target of ["service", "trial"]) {
      const built = own.filter(([, { build }]) => build?.target === target);
      expect([target, built.map(([, each]) => each.pull_policy)]).toEqual([target, ["build"]]);
    }
    const rest = own.filter(([, { build }]) => build === undefined);
    expect(rest.map(([, each]) => each.pull_policy)).toEqual(rest.map(() => "never"));
  });

  it("names every other image by a version, and what observes is in a profile", () => {
    const others = Object.entries(services).filter(([, each]) => !own.some(([, o]) => o === each));
    for (const [name, { image, profiles }] of others) {
      expect([name, image]).toEqual([name, expect.stringMatching(/:v?\d+\.\d+/)]);
      if (name !== "cassandra") expect([name, profiles]).toEqual([name, ["observability"]]);
    }
    // Without a profile, none of them is started.
    const needed = own.flatMap(([, { depends_on = {} }]) => Object.keys(depends_on));
    expect(needed.filter((name) => services[name]!.profiles !== undefined)).toEqual([]);
  });

  it("scrapes the service by its name and its admin port", async () => {
    const [group] = parse(await Deno.readTextFile("deploy/observability/targets.yml")) as [
      { readonly targets: readonly string[] },
    ];
    expect(group.targets).toEqual([`cqlgate:${SETTINGS.adminPort.default}`]);
    expect(services.prometheus!.volumes).toContain(
      "./deploy/observability/targets.yml:/etc/prometheus/targets.yml:ro",
    );
    // What it takes the place of.
    const config = await Deno.readTextFile("deploy/prometheus/prometheus.yml");
    expect(config).toContain("files: [targets.yml]");
  });

  it("sends spans to the collector, and from there to Jaeger", async () => {
    const collector = parse(await Deno.readTextFile("deploy/observability/collector.yml"));
    const { port, hostname } = new URL(
      services.cqlgate!.environment!.OTEL_EXPORTER_OTLP_ENDPOINT!,
    );
    expect(services[hostname]).toBe(services.collector);
    expect(collector.receivers.otlp.protocols.http.endpoint).toBe(`0.0.0.0:${port}`);
    for (
      const [name, pipeline] of Object.entries<Record<string, string[]>>(
        collector.service.pipelines,
      )
    ) {
      const { receivers, processors, exporters } = pipeline;
      const used = { receivers, processors, exporters };
      for (const [kind, names] of Object.entries(used)) {
        expect([name, names!.filter((each) => !(each in collector[kind]))]).toEqual([name, []]);
      }
    }
    const [jaeger] = collector.service.pipelines.traces.exporters;
    expect(services[collector.exporters[jaeger].endpoint.split(":")[0]]).toBe(services.jaeger);
  });

  it("shows the dashboard where Grafana looks for it, with the source that it asks", async () => {
    const folder = "deploy/grafana/provisioning";
    const { providers: [provider] } = parse(
      await Deno.readTextFile(`${folder}/dashboards/cqlgate.yml`),
    );
    expect(services.grafana!.volumes).toEqual([
      `./${folder}:/etc/grafana/provisioning:ro`,
      `./deploy/grafana/dashboards:${provider.options.path}:ro`,
    ]);
    const { datasources: [source] } = parse(
      await Deno.readTextFile(`${folder}/datasources/prometheus.yml`),
    );
    const { hostname } = new URL(source.url);
    expect(services[hostname]).toBe(services.prometheus);
  });

  it("mounts files that there are", async () => {
    const files = Object.values(services).flatMap(({ volumes = [] }) => volumes)
      .map((volume) => interpolate(volume).split(":")[0]!)
      .filter((path) => path.startsWith("./"));
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) expect((await Deno.stat(file)).size).toBeGreaterThan(0);
  });
});
