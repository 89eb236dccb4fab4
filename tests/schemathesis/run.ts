/**
 * `deno task fuzz`: Schemathesis makes requests of what `/openapi.json` says, right and wrong ones, and
 * holds every response of the example against it. Needs Python 3.10; what it installs stays in `.dev/`.
 *
 *     deno task fuzz --max-examples 100 --seed 1
 *
 * @module
 */
import { heedToolHelp } from "../../dev/usage.ts";
import { EXAMPLE, startTestService } from "../support/harness.ts";

const VERSION = "4.32.5";
const FOLDER = ".dev/schemathesis";
// Bounds for CI: some 30 s. Arguments come later, and so they win.
const ARGUMENTS = ["--max-examples", "20", "--workers", "1", "--request-timeout", "10"];

/** Runs a program to its end. */
async function run(command: string, args: readonly string[], cwd = "."): Promise<number> {
  const { code } = await new Deno.Command(command, { args: [...args], cwd }).spawn().status;
  return code;
}

/** The path of the program, which is installed where it is missing. */
async function install(): Promise<string> {
  const python = `${FOLDER}/${VERSION}`;
  const program = `${python}/bin/schemathesis`;
  const isThere = await Deno.stat(program).then(() => true, () => false);
  if (isThere) return program;
  await Deno.mkdir(FOLDER, { recursive: true });
  const failed = await run("python3", ["-m", "venv", python]) ||
    await run(`${python}/bin/pip`, ["install", "--quiet", `schemathesis==${VERSION}`]);
  if (failed) throw new Error("Cannot install Schemathesis: see above");
  return program;
}

/** Resolves to the exit code: 0 if nothing was found. */
async function fuzz(args: readonly string[]): Promise<number> {
  const program = await install();
  await using service = await startTestService({ cqlDir: EXAMPLE });
  const command = [
    ...["--config-file", await Deno.realPath("tests/schemathesis/schemathesis.toml")],
    "run",
    `${service.url}/openapi.json`,
    ...["--header", `Authorization: Bearer ${await service.token("writer")}`],
    ...ARGUMENTS,
    ...args,
  ];
  // It leaves its notes where it runs.
  return await run(await Deno.realPath(program), command, FOLDER);
}

if (import.meta.main) {
  heedToolHelp("fuzz");
  try {
    Deno.exit(await fuzz(Deno.args));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
