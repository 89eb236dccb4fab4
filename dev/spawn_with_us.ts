/**
 * Processes that end with this one, however it ends: nodes and services of a test that is killed would
 * otherwise run on.
 *
 * @module
 */

/** A process that does not outlive this one. */
export interface BoundChild {
  readonly pid: number;
  /** Resolves when it has ended, wanted or not. */
  readonly exited: Promise<{ code: number }>;
  /** Does nothing if it has ended already. */
  kill(signal: Deno.Signal): void;
}

export interface SpawnOptions {
  /** Takes what it writes to its standard output and error. */
  readonly logFile: string;
  /** In addition to the variables of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: that of this process. */
  readonly cwd?: string | undefined;
}

// A child outlives a parent that is killed with -9, unless something sees the parent die. What dies
// with it for certain is its end of a pipe: a subshell reads from that pipe, and kills the child if it
// sees the end before the line that says that all is well. `exec` makes the shell the child, so that
// its process id and its exit code are the child's own.
const WITH_US = `
log=$1; shift
exec 3<&0 </dev/null
( read -r _ <&3 || kill -KILL $$ ) &
exec "$@" 3<&- >"$log" 2>&1
`;

/** @param command the program and its arguments */
export function spawnWithUs(
  command: readonly string[],
  { logFile, env = {}, cwd }: SpawnOptions,
): BoundChild {
  const child = new Deno.Command("sh", {
    args: ["-c", WITH_US, "sh", logFile, ...command],
    env: { ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    // In its own session, Ctrl-C reaches only this process, which may still need the child.
    detached: true,
  }).spawn();
  const stdin = child.stdin.getWriter();
  const exited = child.status.then(async ({ code }) => {
    await stdin.write(new TextEncoder().encode("ended\n")).catch(() => {});
    await stdin.close().catch(() => {});
    return { code };
  });
  return {
    pid: child.pid,
    exited,
    kill(signal) {
      try {
        child.kill(signal);
      } catch {
        // It has ended already.
      }
    },
  };
}
