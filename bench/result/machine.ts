/**
 * The machine that a result comes from: what matters to speed, and nothing that names it.
 *
 * @module
 */
import { versionOf } from "../load/run_program.ts";

export interface Machine {
  readonly processors: number;
  readonly processor: string;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** @param cassandra the version of the cluster */
export async function describeMachine(cassandra: string): Promise<Machine> {
  const generators = await Promise.all(
    [["wrk", ["-v"]], ["oha", ["--version"]], ["curl", ["--version"]]].map(
      async ([program, args]) =>
        [program as string, await versionOf(program as string, args as string[])] as const,
    ),
  );
  const found = generators.flatMap(([name, version]) => version === null ? [] : [[name, version]]);
  return {
    processors: navigator.hardwareConcurrency,
    processor: await processorName(),
    memoryGb: Math.round(Deno.systemMemoryInfo().total / 1e9),
    kernel: `${Deno.build.os} ${/^\d+\.\d+/.exec(Deno.osRelease())?.[0] ?? ""}`.trim(),
    versions: {
      cassandra,
      deno: Deno.version.deno,
      v8: Deno.version.v8,
      ...Object.fromEntries(found),
    },
  };
}

async function processorName(): Promise<string> {
  try {
    const text = await Deno.readTextFile("/proc/cpuinfo");
    return /^model name\s*:\s*(.+)$/m.exec(text)?.[1] ?? Deno.build.arch;
  } catch {
    return Deno.build.arch;
  }
}
