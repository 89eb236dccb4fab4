/**
 * What reads the log may go away or stall: a collector that was restarted, a pipe that nobody reads. The
 * service as a process must go on, within its memory, and end when it is told to.
 *
 * @module
 */
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { freePortForLater } from "../../dev/ports.ts";
import { taskArguments } from "../../dev/task_arguments.ts";
import { eventually } from "../support/eventually.ts";
import { residentMemory } from "../support/process_memory.ts";
import { environment } from "../support/programs.ts";

const MANY_REQUESTS = 15_000;

/** The service on a Cassandra that is not there: what it logs is all that matters here. */
async function startUnread() {
  const port = freePortForLater();
  const child = new Deno.Command(Deno.execPath(), {
    args: taskArguments("start", {}),
    env: environment({
      HOST: "127.0.0.1",
      PORT: `${port}`,
      ADMIN_PORT: "0",
      CASSANDRA_CONTACT_POINTS: `127.0.0.1:${freePortForLater()}`,
      CASSANDRA_LOCAL_DATACENTER: "dc1",
      CURSOR_KEY: new Uint8Array(32).toBase64(),
      OIDC_ISSUER: "http://localhost:1",
      OIDC_AUDIENCE: "urn:cqlgate:test",
      DRAIN_DELAY_MS: "0",
    }),
    clearEnv: true,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const url = `http://127.0.0.1:${port}`;
  await eventually("it listens", () => fetch(`${url}/livez`).then(({ ok }) => ok, () => false));
  return {
    child,
    async ask(path: string): Promise<number> {
      const response = await fetch(`${url}${path}`);
      await response.body?.cancel();
      return response.status;
    },
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
      await child.stdout.cancel().catch(() => {});
      await child.status;
    },
  };
}

describe("A service whose log nobody reads", () => {
  it("serves on, keeps nothing and ends, if its reader is gone", async () => {
    await using service = await startUnread();
    const { child } = service;
    await child.stdout.cancel();
    for (let times = 0; times < 20; times++) expect(await service.ask("/stations")).toBe(503);
    // What it kept would grow without end.
    await eventually("it keeps nothing for three seconds", async () => {
      const before = await residentMemory(child.pid);
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      return await residentMemory(child.pid) - before < 60_000_000;
    });
    expect(await service.ask("/livez")).toBe(200);
    child.kill("SIGTERM");
    expect((await child.status).code).toBe(0);
  });

  it("serves on, within its memory, and ends, if its reader stalls", async () => {
    await using service = await startUnread();
    const { child } = service;
    for (let asked = 0; asked < MANY_REQUESTS; asked += 100) {
      await Promise.all(Array.from({ length: 100 }, () => service.ask("/stations")));
    }
    expect(await service.ask("/livez")).toBe(200);
    expect(await residentMemory(child.pid)).toBeLessThan(700_000_000);
    child.kill("SIGTERM");
    expect((await child.status).code).toBe(0);
  });
});
