/**
 * The memory of a process, as the kernel counts it.
 *
 * @module
 */

/** The most that the process had in memory at any time since it began, in bytes. */
export async function peakMemory(pid: number): Promise<number> {
  return await readStatus(pid, "VmHWM");
}

/** What the process has in memory now, in bytes. */
export async function residentMemory(pid: number): Promise<number> {
  return await readStatus(pid, "VmRSS");
}

async function readStatus(pid: number, name: string): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
  if (kilobytes === undefined) throw new Error("The kernel does not say how much memory it has");
  return Number(kilobytes) * 1024;
}
