/**
 * The container files against the code: what they promise can be held without an engine.
 *
 * @module
 */
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parse } from "yaml";
import { hostToAsk } from "../../deploy/healthcheck.ts";
import { SETTINGS } from "../../config/settings/settings.ts";
import {
  dependenciesOf,
  DEVELOPMENT,
  type Lock,
  type Manifest,
  productionLock,
  productionManifest,
} from "../../deploy/production_packages.ts";
import { parseControl } from "../../routes/control/control_state.ts";
import { LAST_STEPS_MS } from "./kubernetes_files.ts";

const ROOT = new URL("../../", import.meta.url);

const [dockerfiles, ignored, compose, haproxy, ci] = await Promise.all(
  ["Dockerfile", ".dockerignore", "docker-compose.production.yml", "deploy/haproxy.cfg", ".ci/run"]
    .map((path) => Deno.readTextFile(new URL(path, ROOT))),
) as [string, string, string, string, string];
/** From `FROM … AS name` on; the last is what is built by default. */
const [, trial = "", dockerfile = ""] = dockerfiles.split(/^(?=FROM )/m);
const [manifest, lock] = await Promise.all(
  ["deno.json", "deno.lock"].map(async (path) =>
    JSON.parse(await Deno.readTextFile(new URL(path, ROOT)))
  ),
) as [Manifest & { readonly tasks: Record<string, { command: string }> }, Lock];
const { tasks } = manifest;
const TRIAL_ROOTS = ["dev/oidc/main.ts", "dev/oidc/token.ts", "dev/demo/demo.ts"];
const ROOTS = ["main.ts", "tasks/migrate.ts", "tasks/check.ts", "deploy/healthcheck.ts"];

/** `--allow-read=…` → `--allow-read`, in order; without those of a program that the shell runs first. */
function permissionsOf(command: string): string[] {
  return [...command.replace(/\$\(.*?\)/, "").matchAll(/--(?:allow|deny)-[a-z]+/g)].map(([flag]) =>
    flag
  ).sort();
}

/** The project's own files that a module imports, itself included. */
async function ownModules(root: string): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", root],
    cwd: ROOT,
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: { specifier: string }[];
  };
  return modules.map(({ specifier }) => specifier)
    .filter((specifier) => specifier.startsWith(ROOT.href))
    .map((specifier) => specifier.slice(ROOT.href.length));
}

/** What the modules of a program import from the registry themselves. */
async function importedPackages(root: string): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", root],
    cwd: ROOT,
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: { npmPackage?: string }[];
  };
  return modules.flatMap(({ npmPackage }) => npmPackage ?? []).map((id) => packageOf(`npm:${id}`));
}

/** `npm:/hono@4.13.19/utils` → `hono`. */
function packageOf(target: string): string {
  return /^npm:\/?((?:@[^/]+\/)?[^/@]+)/.exec(target)![1]!;
}

function fallbackOf(name: string): number {
  return Number(Object.values(SETTINGS).find((setting) => setting.name === name)!.default);
}

const [command = ""] = /^CMD \["deno", .*$/m.exec(dockerfile) ?? [];
const migration = /entrypoint:\s*\[([^\]]*"tasks\/migrate\.ts")/.exec(compose)?.[1] ?? "";

function wordsOf(sequence: string): string[] {
  return [...sequence.matchAll(/"([^"]*)"/g)].map(([, word]) => word!);
}

describe("Dockerfile", () => {
  it("has the version of Deno that CI installs", () => {
    const version = /^DENO_VERSION=(.+)$/m.exec(ci)?.[1];
    expect(trial).toContain(`FROM denoland/deno:${version} AS trial\n`);
    expect(dockerfile).toContain(`FROM denoland/deno:${version} AS service\n`);
    expect(dockerfiles.match(/^FROM /gm)).toHaveLength(2);
  });

  it("starts main.ts with the permissions of the task `start`", () => {
    expect(command).toMatch(/"main\.ts"\]$/);
    expect(permissionsOf(command)).toEqual(permissionsOf(tasks.start!.command));
  });

  it("gives V8 the flags of the task `start`", () => {
    const [, flags] = /--v8-flags=(\S+)/.exec(tasks.start!.command) ?? [];
    expect(dockerfile).toContain(`DENO_V8_FLAGS=${flags} `);
  });

  it("reads two folders, and asks nobody for more", () => {
    expect(command).toContain('"--allow-read=/app/cql,/run/secrets"');
    expect(command).toContain('"--no-prompt"');
    expect(command).toContain('"--cached-only"');
    expect(command).toContain('"--frozen"');
    expect(command).not.toMatch(/"(?:-A|--allow-all|--allow-(?:write|run|ffi|import|sys))/);
  });

  it("runs as a user without privileges, from the exec form", () => {
    for (const stage of [trial, dockerfile]) {
      const user = stage.search(/\nUSER [1-9]\d*:[1-9]\d*\n/);
      expect(user).toBeGreaterThan(stage.lastIndexOf("\nRUN "));
      expect(stage.indexOf('\nCMD ["deno", ')).toBeGreaterThan(user);
      expect(stage).toContain("\nSTOPSIGNAL SIGTERM\n");
    }
  });

  it("fetches packages only at build, as the lock file has them", () => {
    const fetches = dockerfiles.split("\n").filter((line) => /deno (?:install|cache)/.test(line));
    expect(fetches.length).toBeGreaterThan(0);
    expect(fetches.filter((line) => !line.includes("--frozen"))).toEqual([]);
  });

  it("leaves out the packages of tests and tools, and no others", async () => {
    expect(dockerfile).toContain(
      "--allow-write=. deploy/production_packages.ts \\\n  && deno install --quiet --frozen\n",
    );
    // `@hono/zod-openapi` needs it in this version.
    const used = new Set(["zod", ...(await Promise.all(ROOTS.map(importedPackages))).flat()]);
    const left = Object.entries(manifest.imports).filter(([, target]) => target.startsWith("npm:"))
      .filter(([, target]) => !used.has(packageOf(target))).map(([name]) => name);
    expect(left.toSorted()).toEqual(
      DEVELOPMENT.filter((name) => manifest.imports[name]?.startsWith("npm:")).toSorted(),
    );
  });

  it("has a lock file of what is left, and of all that it depends on", () => {
    const { npm } = productionLock(productionManifest(manifest), lock);
    const names = Object.keys(npm).map((id) => id.slice(0, id.indexOf("@", 1)));
    expect(names).toEqual(expect.arrayContaining(["cassandra-driver", "adm-zip", "long", "zod"]));
    // Deno refuses a lock file that names a package which it does not have.
    const needed = Object.keys(npm).flatMap((id) => dependenciesOf({ npm: lock.npm }, id));
    expect(needed.filter((id) => !(id in npm))).toEqual([]);
    for (const name of ["oidc-provider", "koa", "playwright-core", "expect"]) {
      expect(names).not.toContain(name);
    }
  });

  const STAGES: [what: string, stage: string, roots: string[]][] = [
    ["main.ts and the tasks", dockerfile, ROOTS],
    ["the trial", trial, TRIAL_ROOTS],
  ];
  for (const [what, stage, roots] of STAGES) {
    it(`copies all that ${what} import, and the build context has it`, async () => {
      const copied = [...stage.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, paths]) =>
        paths!.split(" ")
      );
      for (const path of copied) {
        await Deno.stat(new URL(path, ROOT));
        // A folder that is in the context brings its files.
        const folder = path.split("/")[0]!;
        expect(ignored.split("\n").some((line) => [`!${path}`, `!${folder}`].includes(line)))
          .toBe(true);
      }
      const own = (await Promise.all(roots.map(ownModules))).flat();
      expect(own.length).toBeGreaterThan(0);
      const isCopied = (path: string) =>
        copied.some((each) => path.startsWith(`${each}/`) || path === each);
      expect(own.filter((path) => !isCopied(path))).toEqual([]);
    });
  }

  it("has the packages that the trial imports, and no others", async () => {
    const [, names = ""] = /production_packages\.ts \\\n {2}(.+) \\\n {2}&& deno install/.exec(
      trial,
    )!;
    const used = new Set((await Promise.all(TRIAL_ROOTS.map(importedPackages))).flat());
    expect(names.split(" ").toSorted()).toEqual([...used].toSorted());
  });

  it("asks for the health where the service listens", async () => {
    const [, command = ""] = /^HEALTHCHECK [^\n]*\\\n\s*CMD (.+)$/m.exec(dockerfile)!;
    const [, ...args] = JSON.parse(command) as string[];
    const paths: string[] = [];
    for (
      const [hostname, host] of [
        ["127.0.0.2", "127.0.0.2"],
        ["0.0.0.0", "0.0.0.0"],
        ["127.0.0.1", undefined],
      ] as const
    ) {
      await using server = Deno.serve({ hostname, port: 0, onListen: () => {} }, (request) => {
        paths.push(new URL(request.url).host);
        return new Response();
      });
      const port = `${server.addr.port}`;
      const env = { PORT: port, ...(host === undefined ? {} : { HOST: host }) };
      const { success } = await new Deno.Command(Deno.execPath(), { args, env, cwd: ROOT })
        .output();
      expect([host, success]).toEqual([host, true]);
    }
    expect(paths.map((each) => each.split(":")[0])).toEqual([
      "127.0.0.2",
      "127.0.0.1",
      "127.0.0.1",
    ]);
    expect(["::", "::1"].map(hostToAsk)).toEqual(["127.0.0.1", "[::1]"]);
  });

  it("lets the heap follow the limit of the container", () => {
    expect(dockerfile).toMatch(/^ +DENO_USE_CGROUPS=1 \\$/m);
  });

  it("asks for the health with no more than it needs", () => {
    const health = /^HEALTHCHECK [^\n]*\\\n\s*CMD (.+)$/m.exec(dockerfile)?.[1] ?? "";
    expect(permissionsOf(health)).toEqual(["--allow-env", "--allow-net"]);
    // The address that it asks is a setting.
    expect(health).toContain('"--allow-env=HOST,PORT,TLS_CERT"');
    expect(health).toContain('"deploy/healthcheck.ts"');
  });
});

describe("docker-compose.production.yml", () => {
  it("calls a replica healthy once it is ready, as an upgrade of one after the other needs", () => {
    const [, replica = ""] = /^ {2}cqlgate-1: &replica\n(.*?)^ {2}\S/ms.exec(compose)!;
    const [, list = ""] = /test: (\[.*?\])/s.exec(replica)!;
    const asked = JSON.parse(list.replace(/,\s*\]/, "]")) as string[];
    expect(asked.at(-1)).toBe("--ready");
    const [, own = ""] = /^HEALTHCHECK [^\n]*\\\n\s*CMD (.+)$/m.exec(dockerfile)!;
    expect(asked.slice(1, -1)).toEqual(JSON.parse(own));
  });

  it("sets what the service knows, and nothing else", () => {
    const block = /environment: &environment\n((?: {4}.*\n)+)/.exec(compose)?.[1] ?? "";
    const names = [...block.matchAll(/^ {4}([A-Z_]+):/gm)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(3);
    const known = Object.values(SETTINGS).flatMap((setting) =>
      "secret" in setting ? [setting.name, `${setting.name}_FILE`] : [setting.name]
    );
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });

  it("has no secret in it, and asks for what only its user knows", () => {
    expect(compose).not.toMatch(/^\s+(?:CURSOR_KEY|IDEMPOTENCY_SECRET|CASSANDRA_PASSWORD):/m);
    const secrets = ["CURSOR_KEY", "IDEMPOTENCY_SECRET"].map((name) => `${name}_SOURCE`);
    for (const name of ["OIDC_ISSUER", "OIDC_AUDIENCE", ...secrets]) {
      expect(compose).toMatch(new RegExp(`\\$\\{${name}:\\?[^}]+\\}`));
    }
  });

  it("has a file for each secret that a replica reads", () => {
    const { services, secrets } = parse(compose, { merge: true }) as {
      readonly services: Readonly<
        Record<string, { environment: Record<string, string>; secrets?: string[] }>
      >;
      readonly secrets: Readonly<Record<string, { file: string }>>;
    };
    const { environment, secrets: mounted = [] } = services["cqlgate-1"]!;
    const read = Object.entries(environment).filter(([name]) => name.endsWith("_FILE"))
      .map(([, path]) => path).filter((path) => !path.includes("/control/"));
    expect(read).toEqual(mounted.map((name) => `/run/secrets/${name}`));
    expect(mounted).toEqual(Object.keys(secrets));
    expect(mounted).toEqual(["cursor_key", "idempotency_secret"]);
  });

  it("migrates with the permissions that the service has", () => {
    expect(migration).not.toBe("");
    expect(wordsOf(migration.replace("tasks/migrate.ts", "main.ts"))).toEqual(wordsOf(command));
  });

  it("waits longer for a replica to stop than the replica takes", () => {
    const grace = /^x-cqlgate:[\s\S]*?stop_grace_period: (\d+)s/m.exec(compose)?.[1];
    const takes = fallbackOf("DRAIN_DELAY_MS") + fallbackOf("SHUTDOWN_GRACE_MS");
    expect(Number(grace) * 1000 - takes).toBeGreaterThanOrEqual(LAST_STEPS_MS);
  });

  it("builds its image once, and pulls it from nowhere", () => {
    const policies = [...compose.matchAll(/^ +image: (\S+)\n(?: +#.*\n)? +pull_policy: (\w+)$/gm)]
      .map(([, image, policy]) => [image, policy]);
    expect(policies).toEqual([
      ["cqlgate", "never"],
      ["cassandra:5.0", "missing"],
      ["haproxy:3.2", "missing"],
    ]);
    expect(compose.match(/^ +build: .*\n +pull_policy: build$/gm)).toHaveLength(1);
    expect(compose).toContain("build: { context: ., target: service }\n");
  });

  it("starts everything again that is to run, and keeps no more of its output than it says", () => {
    const { services } = parse(compose, { merge: true }) as {
      readonly services: Readonly<Record<string, { restart?: string; logging?: unknown }>>;
    };
    const options = { "max-size": "50m", "max-file": "5" };
    const bounded = { driver: "json-file", options };
    // The migrations end by themselves.
    const expected = ["cassandra", "migrate", "cqlgate-1", "cqlgate-2", "haproxy"].map((
      name,
    ) => [name, name === "migrate" ? undefined : "unless-stopped", bounded]);
    expect(Object.entries(services).map(([name, { restart, logging }]) => [name, restart, logging]))
      .toEqual(expected);
  });

  it("gives what callers reach no rights, and a replica the memory that Kubernetes gives it", async () => {
    type Service = Readonly<Record<string, unknown>>;
    const { services } = parse(compose, { merge: true }) as {
      readonly services: Readonly<Record<string, Service>>;
    };
    for (const name of ["cqlgate-1", "cqlgate-2", "migrate", "haproxy"]) {
      const { read_only, cap_drop, security_opt } = services[name]!;
      expect([name, read_only, cap_drop, security_opt]).toEqual(
        [name, true, ["ALL"], ["no-new-privileges:true"]],
      );
    }
    const deployment = await Deno.readTextFile(
      new URL("deploy/kubernetes/base/deployment.yaml", ROOT),
    );
    expect(deployment).toContain("limits: { memory: 1Gi }");
    for (const name of ["cqlgate-1", "cqlgate-2"]) expect(services[name]!.mem_limit).toBe("1g");
  });

  it("mounts the project, which nobody can write to from inside", () => {
    expect(compose).toContain("- ${PROJECT_SOURCE:-./cql}:/app/cql:ro\n");
    expect(dockerfile).toContain("CQL_DIR=/app/cql");
  });

  it("mounts a folder with a control file that switches nothing off", async () => {
    const [, source, target] = /- \$\{CONTROL_SOURCE:-(\S+)\}:(\S+):ro\n/.exec(compose)!;
    expect(command).toMatch(/--allow-read=[^"]*\/run\/secrets"/);
    expect(target).toMatch(/^\/run\/secrets\//);
    const [, name] = new RegExp(`^    CONTROL_FILE: ${target}/(\\S+)$`, "m").exec(compose)!;
    const content = parseControl(await Deno.readTextFile(new URL(`${source}/${name}`, ROOT)));
    expect(content).toEqual(parseControl("{}"));
  });

  it("does not publish the admin port", () => {
    expect(compose).not.toMatch(/["\s]\d*:?8001\b/);
  });
});

describe("haproxy.cfg", () => {
  it("says where a request came from, whatever the client says", () => {
    expect(haproxy).toMatch(/^ {2}option forwardfor$/m);
    for (const name of ["X-Forwarded-For", "Forwarded", "Client-Cert"]) {
      expect(haproxy).toContain(`http-request del-header ${name}\n`);
    }
    expect(compose).toMatch(/^ {4}TRUSTED_PROXIES: \S/m);
  });

  it("takes every address from the environment that the Compose file sets", () => {
    const used = [...haproxy.matchAll(/"\$\{([A-Z_0-9]+)\}"/g)].map(([, name]) => name!);
    expect(used.sort()).toEqual(["LISTEN", "REPLICA_1", "REPLICA_2"]);
    for (const name of used) expect(compose).toMatch(new RegExp(`^ {6}${name}: \\S`, "m"));
  });

  it("notices a replica that drains before that one stops accepting", () => {
    expect(haproxy).toContain("uri /readyz");
    const [, inter, fastinter, fall] = /check inter (\d+)s fastinter (\d+)ms fall (\d+)/.exec(
      haproxy,
    )!;
    const checks = Number(inter) * 1000 + Number(fastinter) * (Number(fall) - 1);
    const notices = checks + 1000;
    expect(notices).toBeLessThan(fallbackOf("DRAIN_DELAY_MS"));
  });

  it("waits longer for an answer than a request may take", () => {
    const seconds = /^ +timeout server (\d+)s$/m.exec(haproxy)?.[1];
    expect(Number(seconds) * 1000).toBeGreaterThan(fallbackOf("REQUEST_TIMEOUT_MS"));
  });
});
