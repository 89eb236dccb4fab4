import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { treeUsage } from "./process_tree.ts";

const MEGABYTE = 1_000_000;

describe("treeUsage()", () => {
  it("counts the processor time and the memory of children", async () => {
    // A shell that waits for a shell that works.
    const busy = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo done; read -r _";
    const child = new Deno.Command("sh", {
      args: ["-c", `sh -c '${busy}'; true`],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    const usage = await treeUsage(child.pid);
    expect(usage.cpuSeconds).toBeGreaterThan(0.01);
    expect(usage.memoryBytes).toBeGreaterThan(MEGABYTE);
    expect(usage.memoryBytes).toBeLessThan(100 * MEGABYTE);
    reader.releaseLock();
    await child.stdin.close();
    await child.stdout.cancel();
    await child.status;
  });

  it("is zero for a process that is not there", async () => {
    expect(await treeUsage(2 ** 30)).toEqual({ cpuSeconds: 0, memoryBytes: 0 });
  });
});
