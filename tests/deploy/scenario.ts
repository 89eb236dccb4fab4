/**
 * `deno task test:deploy`: the files of containers and Kubernetes, judged by the schemas and linters of
 * others, and the images, built as the Dockerfile says and started as their users.
 *
 * @module
 */
import { expect } from "@std/expect";
import { before, describe, it } from "@std/testing/bdd";
import { cp } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse, parseAllDocuments } from "yaml";
import { DEVELOPMENT } from "../../deploy/production_packages.ts";
import { freePort } from "../../dev/ports.ts";
import { eventually } from "../support/eventually.ts";
import { environment } from "../support/programs.ts";
import { readMigrateArguments } from "../../tasks/migrate_arguments.ts";
import { buildImage, type Image, packagesOf, sizeOf } from "./image.ts";
import { KUBERNETES, OVERLAYS } from "./kubernetes_files.ts";
import { COMPOSE, fetchModule, installPrograms, PROMETHEUS_OPERATOR, run } from "./tools.ts";

/** The oldest version of Kubernetes that the files are for, and the newest. */
const KUBERNETES_VERSIONS = ["1.30", "1.37"];
const MEGABYTE = 1e6;
const USER = 10_001;

let programs: string;
before(async () => {
  programs = await installPrograms();
});

/** Schemas of programs in Go may turn off the difference of cases in the middle of a pattern. */
const regExp = Object.assign(
  (pattern: string, flags: string) =>
    new RegExp(pattern.replace("(?i)", ""), pattern.includes("(?i)") ? `${flags}i` : flags),
  { code: "regExp" },
);

function errorsBy(schema: object, value: unknown): unknown {
  const ajv = new Ajv2020({
    strict: false,
    validateFormats: false,
    allErrors: true,
    code: { regExp },
  });
  const validate = ajv.compile(schema);
  return validate(value) ? [] : validate.errors;
}

describe("deploy/kubernetes", () => {
  for (const overlay of OVERLAYS) {
    it(`builds what Kubernetes takes, for ${overlay}`, async () => {
      const built = await run(`${programs}/kubectl`, [
        "kustomize",
        `${KUBERNETES}/overlays/${overlay}`,
      ]);
      expect([built.success, built.success ? "" : built.output]).toEqual([true, ""]);
      const objects = parseAllDocuments(built.stdout).map((each) => each.toJS());
      expect(objects.length).toBeGreaterThan(10);
      const file = await Deno.makeTempFile({ suffix: ".yaml" });
      await Deno.writeTextFile(file, built.stdout);
      for (const version of KUBERNETES_VERSIONS) {
        const args = ["--strict", "--no-warn", "--kubernetes-version", version, file];
        const { success, output } = await run(`${programs}/kubernetes-validate`, args);
        expect([version, success, success ? "" : output]).toEqual([version, true, ""]);
        // All but the ServiceMonitor, which is not Kubernetes' own.
        expect(output.match(/ passed for resource /g)).toHaveLength(objects.length - 1);
      }
      await Deno.remove(file);
      // Names that end in a hash are the same wherever they are used.
      for (const name of ["migrations", "queries", "routes", "settings"]) {
        const names = built.stdout.match(new RegExp(`\\bname: cqlgate-${name}.*`, "g"))!;
        expect(names.length).toBeGreaterThan(1);
        expect(new Set(names).size).toBe(1);
      }
      const monitor = objects.find(({ kind }) => kind === "ServiceMonitor");
      expect(errorsBy(await operatorSchema("servicemonitors"), monitor)).toEqual([]);
    });
  }

  it("takes the rule for an issuer inside that the documentation has", async () => {
    const rules = (await buildWithPatch("An issuer inside"))
      .filter(({ kind }) => kind === "NetworkPolicy")
      .map(({ metadata, spec }) => [metadata.name, spec.egress.at(-1).ports[0].port]);
    expect(rules).toEqual([["cqlgate", 8443], ["cqlgate-migrate", 4318]]);
  });

  it("takes the times for a long build that the documentation has, which fit", async () => {
    const { spec } = (await buildWithPatch("A long build")).find(({ kind }) => kind === "Job");
    const { args } = spec.template.spec.containers[0];
    const { waitMs, buildWaitMs } = readMigrateArguments(args);
    expect(buildWaitMs).toBeGreaterThan(3_600_000);
    expect(spec.activeDeadlineSeconds * 1_000).toBeGreaterThan(2 * (waitMs + buildWaitMs!));
  });

  it("has alerts that the Prometheus Operator takes", async () => {
    const printed = await run(Deno.execPath(), ["task", "--quiet", "alerts"]);
    expect(errorsBy(await operatorSchema("prometheusrules"), parse(printed.stdout))).toEqual([]);
  });

  /** The objects of an overlay with the patch that a section of the documentation shows. */
  async function buildWithPatch(heading: string) {
    const operations = await Deno.readTextFile("docs/operations.md");
    const [, patch] = new RegExp(`^#### ${heading}$.*?^\`\`\`yaml\\n(.*?)^\`\`\`$`, "ms")
      .exec(operations)!;
    const folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    try {
      for (const path of [KUBERNETES, "cql"]) {
        await cp(path, `${folder}/${path}`, { recursive: true });
      }
      const overlay = `${folder}/${KUBERNETES}/overlays/dc1`;
      const file = `${overlay}/kustomization.yaml`;
      const kustomization = await Deno.readTextFile(file);
      expect(kustomization).toContain("\npatches:\n");
      await Deno.writeTextFile(file, kustomization + patch!.replaceAll(/^(?=.)/gm, "  "));
      const built = await run(`${programs}/kubectl`, ["kustomize", overlay]);
      expect([built.success, built.success ? "" : built.output]).toEqual([true, ""]);
      return parseAllDocuments(built.stdout).map((each) => each.toJS());
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }

  async function operatorSchema(kind: string): Promise<object> {
    const folder = `${await fetchModule(PROMETHEUS_OPERATOR)}/example/prometheus-operator-crd`;
    const path = `${folder}/monitoring.coreos.com_${kind}.yaml`;
    const { spec } = parse(await Deno.readTextFile(path));
    return spec.versions[0].schema.openAPIV3Schema;
  }
});

describe("the Compose files", () => {
  for (const path of ["docker-compose.yml", "docker-compose.production.yml"]) {
    it(`${path} is what the Compose specification says`, async () => {
      const folder = await fetchModule(COMPOSE);
      const schema = JSON.parse(await Deno.readTextFile(`${folder}/schema/compose-spec.json`));
      const value = parse(await Deno.readTextFile(path), { merge: true });
      expect(errorsBy(schema, value)).toEqual([]);
    });
  }
});

describe("the Dockerfile", () => {
  it("has nothing that hadolint finds", async () => {
    const { output } = await run(`${programs}/hadolint`, ["--no-color", "Dockerfile"]);
    expect(output).toBe("");
  });

  it("builds a service of the packages that it needs, which starts as its user", async () => {
    await using image = await buildImage("service");
    const names = await packagesOf(image);
    expect(names).toEqual(expect.arrayContaining(["cassandra-driver", "hono", "jose"]));
    const tools = DEVELOPMENT.filter((name) => !["yaml", "ajv/", "ajv-formats"].includes(name));
    expect(tools.filter((name) => names.includes(name))).toEqual([]);
    const bytes = await sizeOf(image.packages) + await sizeOf(image.app);
    console.log(`The service adds ${Math.round(bytes / MEGABYTE)} MB to its base image`);
    expect(bytes).toBeLessThan(60 * MEGABYTE);
    await expectAnswer(image, "/livez", {
      CASSANDRA_CONTACT_POINTS: "127.0.0.1:1",
      CASSANDRA_LOCAL_DATACENTER: "dc1",
      OIDC_ISSUER: "https://login.example.com",
      OIDC_AUDIENCE: "urn:cqlgate:api",
      CURSOR_KEY: crypto.getRandomValues(new Uint8Array(32)).toBase64(),
      IDEMPOTENCY_SECRET: crypto.getRandomValues(new Uint8Array(32)).toBase64(),
    });
  });

  it("builds a trial that starts as its user", async () => {
    await using image = await buildImage("trial");
    expect(await packagesOf(image)).not.toContain("cassandra-driver");
    await expectAnswer(image, "/.well-known/openid-configuration", {});
  });

  /** Starts an image as its user, who can write nothing, and asks it for a path. */
  async function expectAnswer(
    { app, packages, command }: Image,
    path: string,
    env: Record<string, string>,
  ): Promise<void> {
    await run("chmod", ["-R", "a-w,a+rX", app, packages]);
    const port = freePort();
    const own = Deno.uid() === 0 ? { uid: USER, gid: USER } : {};
    const child = new Deno.Command(Deno.execPath(), {
      args: command.slice(1).map((word) => word.replaceAll("/app/cql", `${app}/cql`)),
      cwd: app,
      clearEnv: true,
      env: environment({
        ...env,
        ...{ HOST: "127.0.0.1", PORT: `${port}`, ADMIN_PORT: "0", CQL_DIR: `${app}/cql` },
        ...(path.startsWith("/.") ? { OIDC_ISSUER: `http://localhost:${port}` } : {}),
        ...{ DENO_DIR: packages, DENO_NO_UPDATE_CHECK: "1", HOME: "/nonexistent" },
      }),
      stdout: "null",
      stderr: "inherit",
      ...own,
    }).spawn();
    try {
      await eventually(`the image answers at "${path}"`, async () => {
        const response = await fetch(`http://127.0.0.1:${port}${path}`);
        await response.body?.cancel();
        return response.ok;
      });
    } finally {
      child.kill("SIGKILL");
      await child.status;
      await run("chmod", ["-R", "u+w", app, packages]);
    }
  }
});

describe("deno task sbom", () => {
  it("prints what CycloneDX says", async () => {
    const sbom = await run(Deno.execPath(), ["task", "--quiet", "sbom"]);
    const file = await Deno.makeTempFile({ suffix: ".cdx.json" });
    await Deno.writeTextFile(file, sbom.stdout);
    const script = `import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())
sys.exit(str(error) if error else 0)`;
    const { success, output } = await run(`${programs}/python`, ["-c", script, file]);
    expect([success, output]).toEqual([true, ""]);
    await Deno.remove(file);
  });
});
