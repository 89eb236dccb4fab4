/**
 * What a process and all of its children have used, as Linux counts it (proc(5)).
 *
 * @module
 */

export interface Usage {
  /** Of user and system, of those that have ended too. */
  readonly cpuSeconds: number;
  /** Resident now. */
  readonly memoryBytes: number;
}

/** What `sysconf(_SC_CLK_TCK)` says on every Linux of today. */
const TICKS_IN_A_SECOND = 100;
const PAGE_BYTES = 4_096;

interface ProcessRecord extends Usage {
  readonly parent: number;
}

/** @returns zeros where the kernel does not tell */
export async function treeUsage(root: number): Promise<Usage> {
  const records = await readProcesses();
  let [cpuSeconds, memoryBytes] = [0, 0];
  for (const [pid, record] of records) {
    if (!isWithin(pid, { root, records })) continue;
    cpuSeconds += record.cpuSeconds;
    memoryBytes += record.memoryBytes;
  }
  return { cpuSeconds, memoryBytes };
}

function isWithin(
  pid: number,
  { root, records }: { root: number; records: ReadonlyMap<number, ProcessRecord> },
): boolean {
  for (let current = pid; current > 1;) {
    if (current === root) return true;
    current = records.get(current)?.parent ?? 0;
  }
  return false;
}

async function readProcesses(): Promise<Map<number, ProcessRecord>> {
  const records = new Map<number, ProcessRecord>();
  try {
    for await (const { name } of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const record = await readProcess(name);
      if (record !== null) records.set(Number(name), record);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return records;
}

/** Null if it has ended meanwhile. */
async function readProcess(pid: string): Promise<ProcessRecord | null> {
  let text: string;
  try {
    text = await Deno.readTextFile(`/proc/${pid}/stat`);
  } catch {
    return null;
  }
  // After the name, which is in parentheses and may hold some: the third field on.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ").map(Number);
  const ticks = fields.slice(11, 15).reduce((sum, value) => sum + value, 0);
  return {
    parent: fields[1]!,
    cpuSeconds: ticks / TICKS_IN_A_SECOND,
    memoryBytes: fields[21]! * PAGE_BYTES,
  };
}
