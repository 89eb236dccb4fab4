/**
 * One process of `deno test`, which has no time limit: a test that waits forever would wait until somebody looks.
 * So a process that has printed nothing for too long is told to stop, as by Ctrl-C, and then writes its report.
 *
 * @module
 */
import type { ProcessOutcome } from "./describe_outcome.ts";

/** What a process runs. */
export interface TestRun {
  /** Of its files. */
  readonly name: string;
  /** The arguments of `deno test`. */
  readonly args: readonly string[];
  /** Whether what it prints goes to the terminal at once, too. */
  readonly isShown: boolean;
}

/** Of all processes. */
export interface RunOptions {
  readonly env: Readonly<Record<string, string>>;
  /** For the files that they write. */
  readonly directory: string;
  readonly signal: AbortSignal;
  /** How long a process may print nothing, in seconds. */
  readonly silenceLimitS: number;
}

const GLANCE_MS = 250;

/** Runs the tests to their end. */
export async function runProcess(
  { name, args, isShown }: TestRun,
  { env, directory, signal, silenceLimitS }: RunOptions,
): Promise<ProcessOutcome> {
  const report = `${directory}/report-${name}.xml`;
  const output = `${directory}/output-${name}`;
  // Where a file does not compile, deno test writes none.
  await Deno.writeTextFile(report, "");
  await Deno.writeTextFile(output, "");
  const child = new Deno.Command("sh", {
    // The shell keeps both streams in their order.
    args: ["-c", 'exec "$@" >"$0" 2>&1', output, Deno.execPath(), ...testArguments(args, report)],
    env: { ...env },
    signal,
  }).spawn();
  let hasEnded = false;
  const status = child.status.finally(() => hasEnded = true);
  using file = await Deno.open(output);

  // Counts looks at the output, not time: a pause of the machine is then not mistaken for silence.
  let silentGlances = 0;
  let wasStopped = false;
  while (!hasEnded) {
    await glance(status);
    silentGlances = await readOn(file, isShown) > 0 ? 0 : silentGlances + 1;
    if (silentGlances * GLANCE_MS < silenceLimitS * 1000 || hasEnded) continue;
    kill(child, wasStopped ? "SIGKILL" : "SIGINT");
    [silentGlances, wasStopped] = [0, true];
  }
  const { code } = await status;
  await readOn(file, isShown);
  return {
    code,
    silentS: wasStopped ? silenceLimitS : null,
    report: await Deno.readTextFile(report),
    output: await Deno.readTextFile(output),
  };
}

function testArguments(args: readonly string[], report: string): string[] {
  return ["test", "-A", `--junit-path=${report}`, ...args];
}

async function glance(status: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, GLANCE_MS);
  await Promise.race([status, promise]);
  clearTimeout(timer);
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
}

/** Reads what has been added to the file, and resolves to how many bytes that is. */
async function readOn(file: Deno.FsFile, isShown: boolean): Promise<number> {
  const buffer = new Uint8Array(64 * 1024);
  let bytes = 0;
  for (let count; (count = await file.read(buffer)) !== null; bytes += count) {
    const added = buffer.subarray(0, count);
    for (let done = 0; isShown && done < count;) {
      done += await Deno.stdout.write(added.subarray(done));
    }
  }
  return bytes;
}
