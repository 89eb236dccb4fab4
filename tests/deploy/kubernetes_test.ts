/**
 * The files of `deploy/kubernetes` against the code, and a replica as they describe it: a project from
 * mounted ConfigMaps, secrets from mounted files, the probes and the migration.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { BlockList } from "node:net";
import { parse } from "yaml";
import deno from "../../deno.json" with { type: "json" };
import { readConfig } from "../../config/config.ts";
import { SETTINGS } from "../../config/settings/settings.ts";
import { DDL_TIMEOUT_MS } from "../../db/migrate/wait/agreement.ts";
import { readMigrateArguments } from "../../tasks/migrate_arguments.ts";
import { eventually, untilReady } from "../support/eventually.ts";
import { testEnvironment } from "../support/harness.ts";
import { parseControl } from "../../routes/control/control_state.ts";
import { environment, type ServiceProcess, spawnService } from "../support/programs.ts";
import {
  type Kustomization,
  LAST_STEPS_MS,
  type Manifest,
  mountConfigMap,
  OVERLAYS,
  type Pod,
  readBase,
  readKustomization,
  readSettings,
} from "./kubernetes_files.ts";

const PROJECT = "cql";
const BASE = "deploy/kubernetes/base";

const base = await readBase();
const project = await readKustomization(PROJECT);
const overlays = Object.fromEntries(
  await Promise.all(OVERLAYS.map(async (name) => [name, await readSettings(name)] as const)),
);
/** The image that is built by default: the last. */
const dockerfile = (await Deno.readTextFile("Dockerfile")).split(/^(?=FROM )/m).at(-1)!;

function find(kind: string, name = "cqlgate"): Manifest {
  return base.find((each) => each.kind === kind && each.metadata.name === name)!;
}

const pods: readonly (readonly [string, Pod])[] = [
  ["Deployment", find("Deployment").spec.template],
  ["Job", find("Job", "cqlgate-migrate").spec.template],
];
const gateway = pods[0]![1];
const [container] = gateway.spec.containers;
const [migration] = pods[1]![1].spec.containers;

/** The names of the settings that are secrets. */
const SECRETS: readonly string[] = Object.values(SETTINGS)
  .filter((setting) => "secret" in setting).map(({ name }) => name);

/** The words that the image starts with. */
const command: string[] = JSON.parse(/^CMD (\["deno", .*\])$/m.exec(dockerfile)![1]!);

function settingOf(name: string): number {
  const row = Object.values(SETTINGS).find((setting) => setting.name === name)!;
  return Number(overlays.dc1![name] ?? row.default);
}

/** The settings that are paths of secrets. */
function secretFilesOf(settings: Readonly<Record<string, string>>): [string, string][] {
  const names = SECRETS.map((name) => `${name}_FILE`);
  return Object.entries(settings).filter(([name]) => names.includes(name));
}

function filesOf({ configMapGenerator }: Kustomization): string[] {
  return configMapGenerator.flatMap(({ files = [] }) => files);
}

describe("deploy/kubernetes", () => {
  const dataCentres = Object.entries(overlays);

  it("sets what the service knows, in every data centre the same", () => {
    const known = Object.values(SETTINGS).flatMap((setting) =>
      "secret" in setting ? [setting.name, `${setting.name}_FILE`] : [setting.name]
    );
    for (const [, settings] of dataCentres) {
      expect(Object.keys(settings).filter((name) => !known.includes(name))).toEqual([]);
      expect(Object.keys(settings)).toEqual(Object.keys(overlays.dc1!));
    }
  });

  it("has settings that the service accepts, and a replica for each data centre", async () => {
    const secret = await Deno.makeTempFile();
    await Deno.writeTextFile(secret, crypto.getRandomValues(new Uint8Array(32)).toBase64());
    for (const [name, settings] of dataCentres) {
      const files = secretFilesOf(settings).map(([key]) => [key, secret]);
      const config = readConfig({ ...settings, ...Object.fromEntries(files), CQL_DIR: PROJECT });
      expect(config.localDatacenter).toBe(name);
      expect(settings.CASSANDRA_REPLICATION).toContain(`${name}:`);
    }
    await Deno.remove(secret);
  });

  it("has secrets as files in a mount that the process may read", () => {
    const { mountPath } = container.volumeMounts.find(({ name }) => name === "secrets")!;
    expect(command).toContain(`--allow-read=/app/cql,${mountPath}`);
    for (const [, settings] of dataCentres) {
      expect(Object.keys(settings).filter((name) => SECRETS.includes(name))).toEqual([]);
      const files = secretFilesOf(settings);
      expect(files.length).toBeGreaterThan(1);
      for (const [, path] of files) expect(path).toMatch(new RegExp(`^${mountPath}/[a-z_]+$`));
    }
  });

  it("has a control file beside the secrets that switches nothing off, and keeps its name", async () => {
    const { configMapGenerator } = await readKustomization(BASE);
    const generated = configMapGenerator.find(({ name }) => name === "cqlgate-control")!;
    expect(generated.options).toEqual({ disableNameSuffixHash: true });
    const [file] = generated.files!;
    const content = parseControl(await Deno.readTextFile(`${BASE}/${file}`));
    expect(content).toEqual(parseControl("{}"));
    const { sources } = gateway.spec.volumes.find(({ name }) => name === "secrets")!.projected!;
    expect(sources).toContainEqual({ configMap: { name: generated.name } });
    const { mountPath } = container.volumeMounts.find(({ name }) => name === "secrets")!;
    for (const [, { CONTROL_FILE }] of dataCentres) {
      expect(CONTROL_FILE).toBe(`${mountPath}/${file}`);
    }
  });

  it("migrates as a role of its own, whose password no replica has", () => {
    const own = Object.fromEntries(migration.env!.map(({ name, value }) => [name, value]));
    expect(Object.keys(own)).toEqual(["CASSANDRA_USERNAME", "CASSANDRA_PASSWORD_FILE"]);
    for (const [, settings] of dataCentres) {
      for (const [name, value] of Object.entries(own)) expect(settings[name]).not.toBe(value);
    }
    const [ofReplicas, ofJob] = pods.map(([, { spec }]) =>
      spec.volumes.find(({ name }) => name === "secrets")!.projected!.sources
        .flatMap(({ secret }) => secret?.name ?? [])
    );
    expect(ofReplicas).toEqual(["cqlgate-secrets"]);
    expect(ofJob).toEqual(["cqlgate-secrets", "cqlgate-migrator-secrets"]);
  });

  it("mounts the project where the image has the example, and hides that", () => {
    for (const [kind, { spec }] of pods) {
      const mounts = spec.containers[0].volumeMounts.filter(({ mountPath }) =>
        mountPath.startsWith("/app/cql")
      );
      expect([kind, mounts[0]!.mountPath]).toEqual([kind, "/app/cql"]);
      for (const { name, mountPath, readOnly } of mounts.slice(1)) {
        expect(readOnly).toBe(true);
        const { name: map, optional = false } = spec.volumes
          .find((volume) => volume.name === name)!.configMap!;
        // A project has queries; the rest it may do without.
        expect([map, optional]).toEqual([map, map !== "cqlgate-queries"]);
        expect(`/app/cql/${map.replace("cqlgate-", "")}`).toBe(mountPath);
        expect(project.configMapGenerator.map((each) => each.name)).toContain(map);
      }
    }
    expect(dockerfile).toContain("CQL_DIR=/app/cql");
  });

  it("has every file of the example in a ConfigMap", async () => {
    const files: string[] = [];
    for (const folder of ["migrations", "queries", "routes"]) {
      for await (const { name } of Deno.readDir(`${PROJECT}/${folder}`)) {
        files.push(`${folder}/${name}`);
      }
    }
    expect(filesOf(project).toSorted()).toEqual(files.toSorted());
  });

  it("runs as the user of the image, with nothing that a process can do without", () => {
    const user = Number(/^USER (\d+):/m.exec(dockerfile)![1]);
    for (const [kind, { spec }] of pods) {
      expect([kind, spec.securityContext]).toEqual([kind, {
        runAsNonRoot: true,
        runAsUser: user,
        runAsGroup: user,
        fsGroup: user,
        seccompProfile: { type: "RuntimeDefault" },
      }]);
      expect([kind, spec.containers[0].securityContext]).toEqual([kind, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      }]);
    }
  });

  it("migrates with the permissions that the service has", () => {
    expect(migration.command!).toEqual([...command.slice(0, -1), "tasks/migrate.ts"]);
  });

  it("gives migrations the time that they may wait, and the last statement the time that it may take", () => {
    const { waitMs, buildWaitMs, ...others } = readMigrateArguments(migration.args!);
    expect(others).toEqual({ command: "apply", to: null, resolution: null });
    const job = find("Job", "cqlgate-migrate").spec;
    // An attempt that has waited in vain says so, and one more finds out whether it was in vain.
    expect(job.activeDeadlineSeconds * 1_000).toBeGreaterThan(2 * (waitMs + buildWaitMs!));
    const { terminationGracePeriodSeconds } = job.template.spec;
    expect(terminationGracePeriodSeconds * 1_000).toBeGreaterThan(DDL_TIMEOUT_MS);
  });

  it("keeps the log of a migration that failed", () => {
    expect(find("Job", "cqlgate-migrate").spec.template.spec.restartPolicy).toBe("Never");
  });

  it("gives a replica more time to stop than it takes", () => {
    const { seconds } = container.lifecycle!.preStop.sleep;
    const takesMs = 1_000 * seconds + settingOf("DRAIN_DELAY_MS") + settingOf("SHUTDOWN_GRACE_MS");
    const givenMs = gateway.spec.terminationGracePeriodSeconds * 1_000;
    expect(givenMs - takesMs).toBeGreaterThanOrEqual(LAST_STEPS_MS);
  });

  it("uses ports and labels that the pods have", () => {
    const ports = Object.fromEntries(
      container.ports!.map(({ name, containerPort }) => [name, containerPort]),
    );
    expect(ports).toEqual({ http: settingOf("PORT"), admin: settingOf("ADMIN_PORT") });
    const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
    const services = base.filter(({ kind }) => kind === "Service");
    const used = [
      ...probes.map((probe) => probe!.httpGet.port),
      ...services.flatMap(({ spec }) => spec.ports.map(({ targetPort }) => targetPort)),
      ...find("NetworkPolicy").spec.ingress.flatMap((rule) => rule.ports.map(({ port }) => port)),
    ];
    expect(used.filter((name) => !(name in ports))).toEqual([]);

    // As the base's kustomization adds it.
    const labels = { ...gateway.metadata.labels, "app.kubernetes.io/name": "cqlgate" };
    for (
      const selector of [
        find("Deployment").spec.selector.matchLabels,
        find("PodDisruptionBudget").spec.selector.matchLabels,
        find("NetworkPolicy").spec.podSelector.matchLabels,
        ...services.map(({ spec }) => spec.selector),
      ]
    ) {
      expect(labels).toEqual(selector);
    }
    expect(find("HorizontalPodAutoscaler").spec.scaleTargetRef).toMatchObject({
      kind: "Deployment",
      name: find("Deployment").metadata.name,
    });
  });

  it("lets replicas reach public addresses only, where it does not name a place", () => {
    const [{ ipBlock } = {}] = find("NetworkPolicy").spec.egress.flatMap(({ to }) => to)
      .filter(({ ipBlock }) => ipBlock?.cidr === "0.0.0.0/0");
    const closed = new BlockList();
    for (const range of ipBlock!.except!) {
      const [network, prefix] = range.split("/");
      closed.addSubnet(network!, Number(prefix));
    }
    // Metadata of clouds, nodes, pods and services in ranges that are not private by RFC 1918.
    for (
      const address of [
        "169.254.169.254",
        "192.0.0.192",
        "100.100.100.200",
        "198.18.0.1",
        "240.1.2.3",
      ]
    ) {
      expect([address, closed.check(address)]).toEqual([address, true]);
    }
    for (const address of ["9.9.9.9", "100.128.0.1", "198.20.0.1", "192.0.1.1"]) {
      expect([address, closed.check(address)]).toEqual([address, false]);
    }
  });

  it("scrapes no pod whose image is still fetched", () => {
    const [{ relabelings }] = find("ServiceMonitor").spec.endpoints as [
      Manifest["spec"]["endpoints"][number],
    ];
    expect(relabelings).toEqual([
      { sourceLabels: ["__meta_kubernetes_pod_phase"], regex: "Pending", action: "drop" },
    ]);
  });

  it("scrapes a job of the name that the rules of Prometheus know", async () => {
    const { labels } = await readKustomization(BASE);
    const job = labels![0].pairs[find("ServiceMonitor").spec.jobLabel];
    const { scrape_configs } = parse(await Deno.readTextFile("deploy/prometheus/prometheus.yml"));
    expect(scrape_configs).toMatchObject([{ job_name: job }]);
  });

  it("names the release in every overlay", async () => {
    for (const name of OVERLAYS) {
      const { images } = await readKustomization(`deploy/kubernetes/overlays/${name}`);
      expect(images).toMatchObject([{ name: "cqlgate", newTag: deno.version }]);
    }
  });
});

describe("a pod of deploy/kubernetes", () => {
  const stack = new AsyncDisposableStack();
  let env: Record<string, string>;
  let args: string[];
  let service: ServiceProcess;

  before(async () => {
    const folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    for (const { name, files = [] } of project.configMapGenerator) {
      const paths = files.map((file) => `${PROJECT}/${file}`);
      await mountConfigMap(`${folder}/cql/${name.replace("cqlgate-", "")}`, paths);
    }
    await Deno.mkdir(`${folder}/secrets`);
    const test = await testEnvironment();
    stack.defer(test.release);
    const here = (path: string) => path.replace("/run/secrets", `${folder}/secrets`);
    const files = secretFilesOf(overlays.dc1!)
      .filter(([name]) => name !== "CASSANDRA_PASSWORD_FILE")
      .map(([name, path]) => [name, here(path)] as const);
    for (const [, path] of files) {
      await Deno.writeTextFile(path, crypto.getRandomValues(new Uint8Array(32)).toBase64());
    }
    const controlFile = here(overlays.dc1!.CONTROL_FILE!);
    await Deno.copyFile(`${BASE}/control.json`, controlFile);
    const { CURSOR_KEY: _, IDEMPOTENCY_SECRET: __, ...rest } = test.env;
    const { OIDC_ISSUER, OIDC_AUDIENCE } = overlays.dc1!;
    env = {
      ...rest,
      ...Object.fromEntries(files),
      OIDC_ISSUER: OIDC_ISSUER!,
      OIDC_AUDIENCE: OIDC_AUDIENCE!,
      CONTROL_FILE: controlFile,
      CQL_DIR: `${folder}/cql`,
    };
    args = command.slice(1).map((word) =>
      word.replace("/app/cql,/run/secrets", `${folder}/cql,${folder}/secrets`)
    );
    service = stack.use(await spawnService(env, { args }));
  });
  after(() => stack.disposeAsync());

  async function probe(kind: "startupProbe" | "livenessProbe" | "readinessProbe") {
    const response = await fetch(service.url + container[kind]!.httpGet.path);
    await response.body?.cancel();
    return response.status;
  }

  it("starts and lives without its migration, but is not ready", async () => {
    expect(await probe("startupProbe")).toBe(200);
    expect(await probe("livenessProbe")).toBe(200);
    expect(await probe("readinessProbe")).toBe(503);
  });

  it("is ready when the Job is done", async () => {
    const words = migration.command!.slice(command.length - 1);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...args.slice(0, -1), ...words],
      env: environment(env),
      clearEnv: true,
    }).output();
    expect([success, new TextDecoder().decode(stderr)]).toEqual([true, ""]);
    await untilReady(service.url);
    expect(await probe("readinessProbe")).toBe(200);
    // The hand-written route is there too, and asks who calls.
    const response = await fetch(`${service.url}/stations/hill/summary/2010-01`);
    await response.body?.cancel();
    expect(response.status).toBe(401);
  });

  it("has the metric that it is scaled by, where the ServiceMonitor looks", async () => {
    const [endpoint] = find("ServiceMonitor").spec.endpoints;
    const names = find("HorizontalPodAutoscaler").spec.metrics.flatMap(({ pods }) =>
      pods?.metric.name ?? []
    );
    expect(names).toHaveLength(1);
    const metrics = await eventually("the metrics can be read", async () => {
      const response = await fetch(service.adminUrl + endpoint!.path);
      return response.ok && await response.text();
    });
    expect(metrics).toMatch(new RegExp(`^${names[0]} \\d`, "m"));
  });
});
