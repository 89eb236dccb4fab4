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

/**
 * @param cassandra the version of the cluster
 * @param oha where it is; null if it is not there
 */
export async function describeMachine(cassandra: string, oha: string | null): Promise<Machine> {
  const found = {
    wrk: await versionOf("wrk", ["-v"]),
    oha: oha === null ? null : await versionOf(oha),
    curl: await versionOf("curl"),
  };
  return {
    processors: navigator.hardwareConcurrency,
    processor: await processorName(),
    memoryGb: Math.round(Deno.systemMemoryInfo().total / 1e9),
    kernel: `${Deno.build.os} ${/^\d+\.\d+/.exec(Deno.osRelease())?.[0] ?? ""}`.trim(),
    versions: {
      cassandra,
      deno: Deno.version.deno,
      v8: Deno.version.v8,
      ...Object.fromEntries(
        Object.entries(found).flatMap(([name, version]) =>
          version === null ? [] : [[name, version]]
        ),
      ),
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
