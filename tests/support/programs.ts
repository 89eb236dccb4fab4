/**
 * The project's programs as processes of their own, started as a user or a container starts them.
 *
 * @module
 */
import { SETTINGS } from "../../config/settings/settings.ts";
import deno from "../../deno.json" with { type: "json" };
import { taskArguments } from "../../dev/task_arguments.ts";

type Environment = Readonly<Record<string, string>>;

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `deno task <name>` to its end. Of the settings it sees only those of `env`. */
export async function runTask(
  name: keyof typeof deno.tasks,
  { env = {}, args = [] }: { env?: Environment; args?: readonly string[] } = {},
): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", name, ...args],
    env: environment(env),
    clearEnv: true,
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** The service as a process. */
export interface ServiceProcess extends AsyncDisposable {
  readonly url: string;
  readonly adminUrl: string;
  readonly pid: number;
  /** What it has logged so far. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** Resolves when it has ended and all that it logged is in `log`. */
  readonly status: Promise<Deno.CommandStatus>;
  kill(signal: Deno.Signal): void;
}

export interface SpawnOptions {
  /** What deno is given. Default: what the task `start` gives it. */
  readonly args?: readonly string[];
  /** Descriptors that the process may have open at once, as `ulimit -n` sets it. */
  readonly maxDescriptors?: number;
  /** Bytes that a file may have which the process writes; to write more fails as on a full disk. */
  readonly maxFileBytes?: number;
}

/** Starts the service; resolves once it listens. */
export async function spawnService(
  env: Environment,
  { args = taskArguments("start", env), maxDescriptors, maxFileBytes }: SpawnOptions = {},
): Promise<ServiceProcess> {
  const limit = [
    ...maxDescriptors === undefined ? [] : [`ulimit -n ${maxDescriptors}; `],
    // In blocks of 512 bytes. Without the signal, the write fails.
    ...maxFileBytes === undefined ? [] : [`trap "" XFSZ; ulimit -f ${maxFileBytes / 512}; `],
  ].join("");
  const child = new Deno.Command("sh", {
    args: ["-c", `${limit}exec "$0" "$@"`, Deno.execPath(), ...args],
    env: environment(env),
    clearEnv: true,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const complaints = new Response(child.stderr).text();
  const log: Record<string, unknown>[] = [];
  const listening = Promise.withResolvers<{ url: string; adminUrl: string }>();
  const reading = readLines(child.stdout, (line) => {
    const entry = JSON.parse(line);
    log.push(entry);
    if (entry.adminUrl !== undefined) listening.resolve(entry);
  });
  child.status.then(async ({ code }) =>
    listening.reject(new Error(`Ended with code ${code}: ${await complaints}`))
  );
  const { url, adminUrl } = await listening.promise;
  return {
    url,
    adminUrl,
    pid: child.pid,
    log,
    status: Promise.all([child.status, reading]).then(([status]) => status),
    kill: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
      await Promise.all([child.status, reading]);
    },
  };
}

async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onLine: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    lines.forEach(onLine);
  }
}

/** This process's environment, with `env` for its settings. */
export function environment(env: Environment): Record<string, string> {
  const settings = new Set<string>(
    Object.values(SETTINGS).flatMap(({ name }) => [name, `${name}_FILE`]),
  );
  const others = Object.entries(Deno.env.toObject()).filter(([name]) => !settings.has(name));
  return { ...Object.fromEntries(others), NO_COLOR: "1", ...env };
}
