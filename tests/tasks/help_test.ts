/**
 * `--help` of every task of `deno.json`.
 *
 * @module
 */
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import deno from "../../deno.json" with { type: "json" };
import { runTask } from "../support/programs.ts";

type Task = keyof typeof deno.tasks;

/** What `deno test` itself answers, which most of them call; `start:audit` needs a file to write to first. */
const OTHERS: readonly string[] = [
  "test:deploy",
  "test:keycloak",
  "test:ring",
  "ok",
  "start:audit",
];

/** What each takes. */
const FLAGS: Readonly<Partial<Record<Task, readonly string[]>>> = {
  bench: [
    "--quick",
    "--only",
    "--work",
    "--rounds",
    "--seconds",
    "--rows",
    "--rates",
    "--output",
  ],
  "bench:bulk": ["--rows", "--concurrency"],
  "bench:burst": ["--callers", "--rounds"],
  "bench:compare": ["--by"],
  "bench:overload": [
    "--seconds",
    "--rows",
    "--callers",
    "--times",
    "--rounds",
    "--steps",
    "--limit",
  ],
  "bench:profile": ["--work", "--seconds", "--output"],
  "bench:replicas": ["--work", "--rounds", "--seconds"],
  "bench:scale": ["--sessions", "--queries", "--held", "--seconds"],
  "bench:soak": ["--minutes"],
  "bench:streams": ["--readers", "--streams", "--read"],
  chaos: ["--short", "--seed", "--soak", "--limit"],
  check: ["--scratch", "--no-types", "--strict", "--format"],
  demo: ["--url", "--single", "--concurrency"],
  dev: ["--fresh"],
  fuzz: ["--max-examples", "--seed"],
  migrate: ["status", "--plan", "--to", "--wait", "--wait-for-builds", "--resolve"],
  token: ["--user", "--scope", "--claim", "--dpop"],
};

describe("deno task … --help", () => {
  const tasks = (Object.keys(deno.tasks) as Task[]).filter((task) => !OTHERS.includes(task));
  for (const task of tasks) {
    it(`says how to call "${task}", and does nothing else`, async () => {
      const { code, stdout, stderr } = await runTask(task, { args: ["--help"] });
      expect([code, stderr]).toEqual([0, ""]);
      const [usage = "", ...lines] = stdout.trimEnd().split("\n");
      expect(usage).toMatch(new RegExp(`^deno task (?:--quiet )?${task}(?: |$)`));
      const flags = lines.flatMap((line) => /^ {2}(status|--[\w-]+)/.exec(line)?.[1] ?? []);
      expect([...new Set(flags)].sort()).toEqual([...FLAGS[task] ?? []].sort());
    });
  }
});
