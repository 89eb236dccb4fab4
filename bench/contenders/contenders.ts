/**
 * The contenders: the gateway, its peers, and the limit.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import deno from "../../deno.json" with { type: "json" };
import { taskArguments } from "../../dev/task_arguments.ts";
import { runProgram, versionOf } from "../load/run_program.ts";
import type { Contender } from "./contender.ts";

const PEERS = fileURLToPath(new URL("../peers/", import.meta.url));
export const PROJECT = fileURLToPath(new URL("../project", import.meta.url));
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export const CONTENDERS: readonly Contender[] = [
  {
    name: "gateway",
    title: "cqlgate",
    does: "gateway",
    transfers: true,
    async prepare(_folder, settings) {
      const env = {
        ADMIN_PORT: "0",
        CQL_DIR: PROJECT,
        CURSOR_KEY: crypto.getRandomValues(new Uint8Array(32)).toBase64(),
        DRAIN_DELAY_MS: "0",
        // All load comes from one machine, as a few users.
        MAX_IN_FLIGHT: "10000",
        MAX_IN_FLIGHT_PER_CALLER: "10000",
      };
      const { stdout } = await new Deno.Command("git", {
        args: ["describe", "--always", "--dirty"],
        cwd: ROOT,
      }).output();
      return {
        command: [Deno.execPath(), ...taskArguments("start", { ...settings, ...env })],
        env,
        cwd: ROOT,
        versions: {
          commit: new TextDecoder().decode(stdout).trim(),
          ...denoPackages("hono", "cassandra-driver"),
        },
      };
    },
  },
  {
    name: "hono",
    title: "Hono on Deno",
    does: "like-for-like",
    transfers: true,
    prepare: () => Promise.resolve(onDeno("hono/server.ts")),
  },
  {
    name: "fastify",
    title: "Fastify on Node",
    does: "like-for-like",
    transfers: true,
    async prepare(folder) {
      const place = `${folder}/fastify`;
      await copyFiles(`${PEERS}fastify`, place);
      await runProgram("npm", ["install", "--no-package-lock", "--no-audit", "--no-fund"], {
        cwd: place,
      });
      const { dependencies } = JSON.parse(await Deno.readTextFile(`${place}/package.json`));
      return {
        command: ["node", `${place}/server.js`],
        env: { NODE_ENV: "production" },
        versions: { node: await versionOf("node") ?? "unknown", ...dependencies },
      };
    },
  },
  {
    name: "fastapi",
    title: "FastAPI on uvicorn, uvloop",
    does: "like-for-like",
    transfers: true,
    async prepare(folder) {
      const place = `${folder}/fastapi`;
      const requirements = `${PEERS}fastapi/requirements.txt`;
      await runProgram("python3", ["-m", "venv", place]);
      const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
      await runProgram(`${place}/bin/python`, [...pip, "-r", requirements]);
      const pinned = (await Deno.readTextFile(requirements)).trim().split("\n");
      return {
        command: [
          ...["sh", "-c", 'exec "$@" --host "$HOST" --port "$PORT"', "sh"],
          ...[`${place}/bin/python`, "-m", "uvicorn", "server:app", "--loop", "uvloop"],
          ...["--http", "httptools", "--no-access-log", "--log-level", "warning"],
        ],
        env: { PYTHONDONTWRITEBYTECODE: "1" },
        cwd: `${PEERS}fastapi`,
        versions: {
          python: await versionOf(`${place}/bin/python`) ?? "unknown",
          ...Object.fromEntries(pinned.map((line) => line.split("=="))),
        },
      };
    },
  },
  {
    name: "go",
    title: "chi and gocql on Go",
    does: "like-for-like",
    transfers: true,
    async prepare(folder) {
      const program = `${folder}/go-peer`;
      await runProgram("go", ["build", "-o", program, "."], { cwd: `${PEERS}go` });
      const modules = await Deno.readTextFile(`${PEERS}go/go.mod`);
      const direct = modules.matchAll(/^\t\S*?\/([\w.-]+(?:\/v\d+)?) (v\S+)$/gm);
      return {
        command: [program],
        versions: {
          go: await versionOf("go", ["version"]) ?? "unknown",
          ...Object.fromEntries([...direct].map(([, name, version]) => [name!, version!])),
        },
      };
    },
  },
  {
    name: "hono-bare",
    title: "Hono on Deno, bare",
    does: "bare",
    transfers: false,
    prepare: () => Promise.resolve(onDeno("hono_bare/server.ts")),
  },
  {
    name: "driver",
    title: "cassandra-driver in a loop",
    does: "limit",
    transfers: true,
    prepare: () => Promise.resolve(onDeno("driver/loop.ts")),
  },
];

function onDeno(script: string) {
  const packages = script.startsWith("driver")
    ? denoPackages("cassandra-driver")
    : denoPackages("hono", "cassandra-driver");
  return {
    command: [Deno.execPath(), "run", "-A", "--quiet", "--no-prompt", `${PEERS}${script}`],
    cwd: ROOT,
    versions: { deno: Deno.version.deno, ...packages },
  };
}

/** The versions that `deno.json` pins. */
function denoPackages(...names: (keyof typeof deno.imports)[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => {
    const specifier = deno.imports[name];
    return [name, specifier.slice(specifier.lastIndexOf("@") + 1)];
  }));
}

async function copyFiles(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isFile } of Deno.readDir(from)) {
    if (isFile) await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}
